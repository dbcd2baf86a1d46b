// SPDX-License-Identifier: GPL-2.0

//! Messages under construction.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use super::{
    attr::{
        ALIGN,
        HEADER, //
    },
    extack::Refusal,
    helpers, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull, //
};
use kernel::{
    alloc::AllocError,
    bindings,
    error::to_result,
    ffi::c_uint,
    prelude::*, //
};

/// How many bytes attributes take in a message, header and padding included.
pub(crate) mod size {
    use super::{
        ALIGN,
        HEADER, //
    };

    /// Bytes, a string with its NUL, or a nest that holds `len` bytes of attributes.
    pub(crate) const fn bytes(len: usize) -> usize {
        (HEADER + len).next_multiple_of(ALIGN)
    }

    /// A `u32`.
    pub(crate) const U32: usize = bytes(4);

    /// The most that a variable-width integer takes.
    pub(crate) const UINT: usize = bytes(8);
}

/// A message has no room for what was to be put into it.
#[derive(Debug)]
pub(crate) struct NoRoom;

/// Attributes being written.
///
/// # Invariants
///
/// `room` bytes from `start` on belong to this writer alone. `len <= room`; `len` is a multiple of
/// [`ALIGN`], and the first `len` bytes are initialized.
pub(super) struct Writer {
    start: NonNull<u8>,
    room: usize,
    len: usize,
}

impl Writer {
    /// # Safety
    ///
    /// For as long as the writer is used, the `room` bytes from `start` on must be writable, and
    /// used by nobody else.
    pub(super) unsafe fn new(start: NonNull<u8>, room: usize) -> Self {
        // INVARIANT: The room is this writer's by the safety requirements of this function, and
        // 0 bytes of it are in use.
        Self {
            start,
            room,
            len: 0,
        }
    }

    /// How many bytes are written.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts a message around the attributes that `fill` puts. Where `fill` fails, nothing of the
    /// message stays.
    pub(super) fn message(
        &mut self,
        header: bindings::nlmsghdr,
        genl_header: bindings::genlmsghdr,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        const HEADERS: usize = size_of::<bindings::nlmsghdr>() + size_of::<bindings::genlmsghdr>();

        let start = self.len;
        if HEADERS > self.room - start {
            return Err(NoRoom);
        }
        // INVARIANT: The headers fit, are a multiple of `ALIGN`, and all their bytes are written
        // below on the way out that does not take this back; `fill` reads none of them.
        self.len = start + HEADERS;
        if let Err(error) = fill(&mut Attributes(self)) {
            // INVARIANT: `start` was `len` before, so all up to it is initialized.
            self.len = start;
            return Err(error);
        }
        let header = bindings::nlmsghdr {
            nlmsg_len: (self.len - start) as u32,
            ..header
        };
        // SAFETY: The room for both headers, which have no padding, was set aside at `start`.
        unsafe {
            let at = self.start.as_ptr().add(start);
            at.cast::<bindings::nlmsghdr>().write_unaligned(header);
            at.add(size_of::<bindings::nlmsghdr>())
                .cast::<bindings::genlmsghdr>()
                .write_unaligned(genl_header);
        }
        Ok(())
    }

    /// Puts an attribute.
    #[inline]
    fn put(&mut self, number: u16, payload: &[u8]) -> Result<(), NoRoom> {
        let unpadded = HEADER + payload.len();
        let nla_len = u16::try_from(unpadded).map_err(|_| NoRoom)?;
        let padded = unpadded.next_multiple_of(ALIGN);
        if padded > self.room - self.len {
            return Err(NoRoom);
        }
        let header = self.header(nla_len, number);
        // SAFETY: `padded` bytes from `start + len` on are within the room, as was just checked,
        // and the writer's alone by the type invariants. `payload` is a live shared reference, so
        // it does not overlap with them.
        unsafe {
            let at = self.start.as_ptr().add(self.len);
            // The last word first, so that no byte of the padding is left as it was. Where
            // nothing follows the header, this word is the header.
            at.add(padded - ALIGN)
                .cast::<[u8; ALIGN]>()
                .write_unaligned([0; ALIGN]);
            at.cast::<[u8; HEADER]>().write_unaligned(header);
            core::ptr::copy_nonoverlapping(payload.as_ptr(), at.add(HEADER), payload.len());
        }
        // INVARIANT: `padded` is a multiple of `ALIGN`, fits, and all of it was written.
        self.len += padded;
        Ok(())
    }

    fn header(&self, nla_len: u16, number: u16) -> [u8; HEADER] {
        let ([a, b], [c, d]) = (nla_len.to_ne_bytes(), number.to_ne_bytes());
        [a, b, c, d]
    }

    /// Puts a nest around what `fill` puts. Where `fill` fails, nothing of the nest stays.
    #[inline]
    fn nest(
        &mut self,
        number: u16,
        fill: impl FnOnce(&mut Self) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let start = self.len;
        let number = number | bindings::NLA_F_NESTED as u16;
        self.put(number, &[])?;
        let closed = fill(self).and_then(|()| u16::try_from(self.len - start).map_err(|_| NoRoom));
        match closed {
            Ok(nla_len) => {
                let header = self.header(nla_len, number);
                // SAFETY: The nest's header was put at `start`, within the room.
                unsafe {
                    self.start
                        .as_ptr()
                        .add(start)
                        .cast::<[u8; HEADER]>()
                        .write_unaligned(header);
                }
                Ok(())
            }
            Err(error) => {
                // INVARIANT: `start` was `len` before, so all up to it is initialized.
                self.len = start;
                Err(error)
            }
        }
    }
}

/// A place in a message to put attributes: the message itself, or the inside of a nest.
///
/// Each method fails with [`NoRoom`], and puts nothing, where the message has no room left or a
/// length does not fit the 16 bits it has.
pub(crate) struct Attributes<'w>(&'w mut Writer);

impl Attributes<'_> {
    /// Puts bytes.
    #[inline]
    pub(crate) fn put_bytes(&mut self, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        self.0.put(number, value)
    }

    /// Puts a string, with its NUL.
    #[inline]
    pub(crate) fn put_string(&mut self, number: u16, value: &CStr) -> Result<(), NoRoom> {
        self.0.put(number, value.to_bytes_with_nul())
    }

    /// Puts a `u32`.
    #[inline]
    pub(crate) fn put_u32(&mut self, number: u16, value: u32) -> Result<(), NoRoom> {
        self.0.put(number, &value.to_ne_bytes())
    }

    /// Puts an unsigned integer in 4 bytes, or in 8 where it needs them.
    #[inline]
    pub(crate) fn put_uint(&mut self, number: u16, value: u64) -> Result<(), NoRoom> {
        match u32::try_from(value) {
            Ok(value) => self.put_u32(number, value),
            Err(_) => self.0.put(number, &value.to_ne_bytes()),
        }
    }

    /// Puts a nest around what `fill` puts. Where `fill` fails, nothing of the nest stays.
    #[inline]
    pub(crate) fn nest(
        &mut self,
        number: u16,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        self.0.nest(number, |writer| fill(&mut Attributes(writer)))
    }
}

/// A message under construction, that a request gives rise to.
///
/// A message that is dropped is freed; [`Message::send`] consumes it.
///
/// # Invariants
///
/// `skb` is owned by this value, and is a message whose headers are complete. `info` is the
/// request's, and valid for `'a`. The room of `writer` is that behind the headers.
#[must_use]
pub(crate) struct Message<'a> {
    skb: NonNull<bindings::sk_buff>,
    info: NonNull<bindings::genl_info>,
    writer: Writer,
    _request: PhantomData<&'a bindings::genl_info>,
}

impl<'a> Message<'a> {
    /// The most room that a message can be given, in bytes: more than two of the longest attributes
    /// take, and little enough for one allocation.
    const ROOM_MAX: usize = 160 * 1024;

    /// A message with the number `cmd`, with the requester's port and sequence number, and room for `room` bytes of attributes.
    ///
    /// # Safety
    ///
    /// `info` must be the valid information of a request for `'a`.
    pub(super) unsafe fn new(
        info: NonNull<bindings::genl_info>,
        cmd: u8,
        room: usize,
    ) -> Result<Self, Refusal<'a>> {
        // The C side counts in `int`.
        if room > Self::ROOM_MAX {
            return Err(NoRoom.into());
        }
        let mut tail = core::ptr::null_mut();
        // SAFETY: `info` is valid by the safety requirements of this function, and the kernel
        // fills in all of it before a handler runs. `tail` can be written.
        let skb = unsafe {
            let raw = info.as_ptr();
            helpers::genl_helper_msg_new(
                (*raw).family,
                (*raw).snd_portid,
                (*raw).snd_seq,
                cmd,
                room,
                &mut tail,
            )
        };
        let skb = NonNull::new(skb).ok_or(AllocError)?;
        // SAFETY: The helper returned a message, so `tail` is its tail pointer.
        let tail = unsafe { NonNull::new_unchecked(tail.cast()) };
        // SAFETY: The helper made the message with `room` bytes behind its headers, as `room` is no
        // larger than what its arithmetic can take; the message is ours alone and is not reallocated until it is sent or freed.
        let writer = unsafe { Writer::new(tail, room) };
        // INVARIANT: The message is new, so nobody else owns it.
        Ok(Self {
            skb,
            info,
            writer,
            _request: PhantomData,
        })
    }

    /// Where the message's attributes are put.
    #[inline]
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        Attributes(&mut self.writer)
    }

    /// Sends the message to the requester, as the reply.
    pub(crate) fn send(self) -> Result<(), Refusal<'a>> {
        let reply = ManuallyDrop::new(self);
        // SAFETY: The message is ours by the type invariants, and `len` bytes behind its headers
        // are written and within its room. `genlmsg_reply` consumes the message whether it fails
        // or not, which is why `reply` is not dropped.
        let sent = to_result(unsafe {
            helpers::genl_helper_msg_end(reply.skb.as_ptr(), reply.writer.len as c_uint);
            helpers::genl_helper_reply(reply.skb.as_ptr(), reply.info.as_ptr())
        });
        sent.map_err(|error| Refusal::new(error, c"the reply could not be delivered"))
    }
}

impl Message<'_> {
    /// Sends the message to the family's group number `group`, and to the requester where it asks
    /// to be told.
    pub(super) fn notify(self, group: c_uint) {
        let message = ManuallyDrop::new(self);
        // SAFETY: The message is ours by the type invariants, and `len` bytes behind its headers
        // are written and within its room. `genl_notify` consumes the message.
        unsafe {
            helpers::genl_helper_msg_end(message.skb.as_ptr(), message.writer.len as c_uint);
            bindings::genl_notify(
                (*message.info.as_ptr()).family,
                message.skb.as_ptr(),
                message.info.as_ptr(),
                group,
                bindings::GFP_KERNEL,
            );
        }
    }
}

impl Drop for Message<'_> {
    fn drop(&mut self) {
        // SAFETY: The message is ours by the type invariants; `send` does not come here.
        unsafe { helpers::genl_helper_msg_free(self.skb.as_ptr()) };
    }
}
