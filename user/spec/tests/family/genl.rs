// SPDX-License-Identifier: MIT OR Apache-2.0

//! A double of the module's Generic Netlink layer, `kmod/genl`, with what generated code uses of
//! it. Attributes are bytes, as on the wire.

#![forbid(unsafe_code)]
#![allow(dead_code)]

use kernel::{net::netlink::MulticastGroup, str::CStr};
use std::{cell::RefCell, marker::PhantomData};

#[derive(Debug)]
pub(crate) struct NoRoom;

#[derive(Debug, PartialEq)]
pub(crate) struct Refusal<'a>(pub(crate) String, PhantomData<&'a ()>);

impl Refusal<'_> {
    pub(crate) fn new(message: &str) -> Self {
        Self(message.to_owned(), PhantomData)
    }

    pub(crate) fn missing(number: u16) -> Self {
        Self::new(&format!("attribute {number} is missing"))
    }
}

impl From<NoRoom> for Refusal<'_> {
    fn from(NoRoom: NoRoom) -> Self {
        Self::new("no room")
    }
}

pub(crate) mod size {
    pub(crate) const fn bytes(len: usize) -> usize {
        (4 + len).next_multiple_of(4)
    }

    pub(crate) const U32: usize = bytes(4);
    pub(crate) const UINT: usize = bytes(8);
}

/// Attributes that are written, and the room for them.
pub(crate) struct Attributes<'w>(pub(crate) &'w mut Vec<u8>, pub(crate) usize);

impl Attributes<'_> {
    pub(crate) fn put_bytes(&mut self, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        if self.0.len() + size::bytes(value.len()) > self.1 {
            return Err(NoRoom);
        }
        self.0.extend((4 + value.len() as u16).to_ne_bytes());
        self.0.extend(number.to_ne_bytes());
        self.0.extend(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        Ok(())
    }

    pub(crate) fn put_string(&mut self, number: u16, value: &CStr) -> Result<(), NoRoom> {
        self.put_bytes(number, value.to_bytes_with_nul())
    }

    pub(crate) fn put_u32(&mut self, number: u16, value: u32) -> Result<(), NoRoom> {
        self.put_bytes(number, &value.to_ne_bytes())
    }

    pub(crate) fn put_uint(&mut self, number: u16, value: u64) -> Result<(), NoRoom> {
        match u32::try_from(value) {
            Ok(value) => self.put_u32(number, value),
            Err(_) => self.put_bytes(number, &value.to_ne_bytes()),
        }
    }

    pub(crate) fn nest(
        &mut self,
        number: u16,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let start = self.0.len();
        self.put_bytes(number | 0x8000, &[])?;
        fill(&mut Attributes(self.0, self.1))?;
        let len = (self.0.len() - start) as u16;
        self.0[start..start + 2].copy_from_slice(&len.to_ne_bytes());
        Ok(())
    }
}

/// The attributes of a request, by number.
pub(crate) struct Attrs<'a>(pub(crate) &'a [Option<&'a [u8]>]);

impl<'a> Attrs<'a> {
    pub(crate) fn optional<K: Kind>(&self, number: u16) -> Result<Option<Arg<'a, K>>, Refusal<'a>> {
        let payload = self.0.get(usize::from(number)).copied().flatten();
        payload
            .map(|payload| K::read(payload).map(|value| Arg { value }))
            .transpose()
    }
}

/// What a policy is: the kind, and its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Policy(pub(crate) &'static str, pub(crate) usize, pub(crate) usize);

pub(crate) const fn table<const N: usize>(entries: &[(u16, Policy)]) -> [Policy; N] {
    let mut table = [Policy("reject", 0, 0); N];
    let mut i = 0;
    while i < entries.len() {
        table[entries[i].0 as usize] = entries[i].1;
        i += 1;
    }
    table
}

pub(crate) struct Arg<'a, K: Kind> {
    pub(crate) value: K::Value<'a>,
}

pub(crate) trait Kind {
    type Value<'a>;
    const POLICY: Policy;
    fn read(payload: &[u8]) -> Result<Self::Value<'_>, Refusal<'_>>;
}

fn number<const N: usize>(payload: &[u8]) -> Result<[u8; N], Refusal<'_>> {
    payload.try_into().map_err(|_| Refusal::new("length"))
}

macro_rules! kinds {
    ($($name:ident<$($bound:ident: $type:ty),*> = $value:ty, $policy:expr, $read:expr;)*) => {$(
        pub(crate) struct $name<$(const $bound: $type),*>;

        impl<$(const $bound: $type),*> Kind for $name<$($bound),*> {
            type Value<'a> = $value;
            const POLICY: Policy = $policy;

            fn read<'a>(payload: &'a [u8]) -> Result<$value, Refusal<'a>> {
                let read: fn(&'a [u8]) -> Result<$value, Refusal<'a>> = $read;
                read(payload)
            }
        }
    )*};
}

kinds! {
    Bytes<MIN: usize, MAX: usize> = &'a [u8], Policy("bytes", MIN, MAX), Ok;
    NulString<MIN: usize, MAX: usize> = &'a CStr, Policy("string", MIN, MAX), |payload| {
        CStr::from_bytes_until_nul(payload).map_err(|_| Refusal::new("no NUL"))
    };
    U32<MIN: u32, MAX: u32> = u32, Policy("u32", MIN as usize, MAX as usize), |payload| {
        number(payload).map(u32::from_ne_bytes)
    };
    Flag<> = (), Policy("flag", 0, 0), |_| Ok(());
    Uint<> = u64, Policy("uint", 0, 0), |payload| number(payload).map(u64::from_ne_bytes);
    Sint<> = i64, Policy("sint", 0, 0), |payload| number(payload).map(i64::from_ne_bytes);
}

pub(crate) trait Arguments<'a>: Sized {
    const POLICY: &'static [Policy];
    fn parse(attrs: &Attrs<'a>) -> Result<Self, Refusal<'a>>;
}

pub(crate) trait NetState: Sized + Send + Sync + 'static {}

/// What was sent: what it is, its number, and its attributes.
pub(crate) type Sent = (&'static str, u8, Vec<u8>);

/// A request. It keeps what is sent because of it.
pub(crate) struct Request<'a, N> {
    pub(crate) state: &'a N,
    pub(crate) cmd: u8,
    pub(crate) sent: &'a RefCell<Vec<Sent>>,
    /// Whether sending fails.
    pub(crate) deaf: bool,
}

pub(crate) struct Message<N> {
    pub(crate) cmd: u8,
    bytes: Vec<u8>,
    room: usize,
    _state: PhantomData<N>,
}

impl<N> Message<N> {
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        Attributes(&mut self.bytes, self.room)
    }
}

pub(crate) struct Reply<'a> {
    cmd: u8,
    bytes: Vec<u8>,
    room: usize,
    sent: &'a RefCell<Vec<Sent>>,
    deaf: bool,
}

impl<'a> Reply<'a> {
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        Attributes(&mut self.bytes, self.room)
    }

    pub(crate) fn send(self) -> Result<(), Refusal<'a>> {
        if self.deaf {
            return Err(Refusal::new("not delivered"));
        }
        self.sent.borrow_mut().push(("reply", self.cmd, self.bytes));
        Ok(())
    }
}

impl<'a, N: NetState> Request<'a, N> {
    pub(crate) fn reply(&self, room: usize) -> Result<Reply<'a>, Refusal<'a>> {
        self.sent
            .borrow_mut()
            .push(("room", self.cmd, vec![0; room]));
        Ok(Reply {
            cmd: self.cmd,
            bytes: Vec::new(),
            room,
            sent: self.sent,
            deaf: self.deaf,
        })
    }

    pub(crate) fn message(&self, cmd: u8, room: usize) -> Result<Message<N>, Refusal<'static>> {
        Ok(Message {
            cmd,
            bytes: Vec::new(),
            room,
            _state: PhantomData,
        })
    }

    pub(crate) fn notify(
        &self,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        let mut bytes = group.to_ne_bytes().to_vec();
        let room = room + bytes.len();
        let filled = fill(&mut Attributes(&mut bytes, room));
        self.sent.borrow_mut().push(("event", cmd, bytes));
        filled.is_ok()
    }
}

pub(crate) struct Entries<'w>(pub(crate) &'w mut Vec<u8>, pub(crate) usize);

impl Entries<'_> {
    pub(crate) fn generation(&mut self, _generation: u64) {}

    pub(crate) fn put(
        &mut self,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let before = self.0.len();
        fill(&mut Attributes(self.0, self.1)).inspect_err(|_| self.0.truncate(before))
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum Progress {
    More,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Permission {
    Anyone,
    NetAdmin,
}

pub(crate) trait Do: 'static {
    const CMD: u8;
    const PERMISSION: Permission;
    type State: NetState;
    type Args<'a>: Arguments<'a>;
    fn handle<'a>(
        request: &Request<'a, Self::State>,
        args: Self::Args<'a>,
    ) -> Result<(), Refusal<'a>>;
}

pub(crate) trait Dump: 'static {
    const CMD: u8;
    const PERMISSION: Permission;
    type State: NetState;
    type Args<'a>: Arguments<'a>;
    type Cursor: Send + 'static;
    fn start<'a>(
        state: &'a Self::State,
        args: &Self::Args<'a>,
    ) -> Result<Self::Cursor, Refusal<'a>>;
    fn next<'a>(
        state: &'a Self::State,
        args: &Self::Args<'a>,
        cursor: &mut Self::Cursor,
        entries: &mut Entries<'_>,
    ) -> Result<Progress, Refusal<'a>>;
}

/// An entry of a family's table.
pub(crate) struct Op<N: 'static> {
    pub(crate) kind: &'static str,
    pub(crate) cmd: u8,
    pub(crate) permission: Permission,
    pub(crate) policy: &'static [Policy],
    /// Handles a request with these attributes.
    pub(crate) run: for<'a> fn(&Request<'a, N>, &Attrs<'a>) -> Result<(), Refusal<'a>>,
}

fn run<'a, O: Do>(request: &Request<'a, O::State>, attrs: &Attrs<'a>) -> Result<(), Refusal<'a>> {
    O::handle(request, O::Args::parse(attrs)?)
}

/// Dumps into one buffer of 100 bytes.
fn dump<'a, O: Dump>(
    request: &Request<'a, O::State>,
    attrs: &Attrs<'a>,
) -> Result<(), Refusal<'a>> {
    let args = O::Args::parse(attrs)?;
    let mut cursor = O::start(request.state, &args)?;
    let mut bytes = Vec::new();
    let progress = O::next(
        request.state,
        &args,
        &mut cursor,
        &mut Entries(&mut bytes, 100),
    )?;
    let what = if progress == Progress::Done {
        "done"
    } else {
        "more"
    };
    request.sent.borrow_mut().push((what, request.cmd, bytes));
    Ok(())
}

impl<N: NetState> Op<N> {
    pub(crate) const fn new_do<O: Do<State = N>>() -> Self {
        Self {
            kind: "do",
            cmd: O::CMD,
            permission: O::PERMISSION,
            policy: <O::Args<'static> as Arguments<'static>>::POLICY,
            run: run::<O>,
        }
    }

    pub(crate) const fn new_dump<O: Dump<State = N>>() -> Self {
        Self {
            kind: "dump",
            cmd: O::CMD,
            permission: O::PERMISSION,
            policy: <O::Args<'static> as Arguments<'static>>::POLICY,
            run: dump::<O>,
        }
    }
}

macro_rules! ops {
    (@entry do $op:ty) => { $crate::genl::Op::new_do::<$op>() };
    (@entry dump $op:ty) => { $crate::genl::Op::new_dump::<$op>() };
    ($($kind:tt $op:ty),* $(,)?) => {
        const { &[$($crate::genl::ops!(@entry $kind $op)),*] }
    };
}
pub(crate) use ops;

pub(crate) struct Family<N: 'static> {
    pub(crate) name: &'static CStr,
    pub(crate) version: u8,
    pub(crate) ops: &'static [Op<N>],
    pub(crate) groups: &'static [MulticastGroup],
}

impl<N: NetState> Family<N> {
    pub(crate) const fn new(
        _module: &'static kernel::prelude::ThisModule,
        name: &'static CStr,
        version: u8,
        ops: &'static [Op<N>],
        groups: &'static [MulticastGroup],
    ) -> Self {
        Self {
            name,
            version,
            ops,
            groups,
        }
    }
}
