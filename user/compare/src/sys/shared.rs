// SPDX-License-Identifier: MIT OR Apache-2.0

//! Memory of two sides that take turns, and the futexes in it.
//!
//! A memfd, mapped by both: a page with the words, and then room for a message each
//! way. See memfd_create(2) and futex(2).
//!
//! The messages are copied as plain memory, so no two may copy at a time. That is
//! what the words are for. Each way has one with the number of the message that was
//! put there last:
//!
//! - The [`Asker`] begins, and its turn ends where it stores a new number in the
//!   word there, with Release. The [`Answerer`]'s turn begins where it loads that
//!   number, with Acquire, and ends where it stores it in the word back, with
//!   Release. The asker has its turn again where it loads it there, with Acquire.
//!   So all that a side does to the messages in its turn happens before all that
//!   the other one does in the next.
//! - There is one asker: who makes the memory. There is one answerer: who changes
//!   the third word from 0 to 1, which nobody changes back.
//! - A side touches the messages in its turn alone. An asker that has had no answer
//!   has no turn any more.
//!
//! This holds for two sides made here, in whichever processes; each has a mapping
//! of its own, even where both are in one. Of a process that maps the file and does
//! as it likes, or of who writes to the file, no program can see anything. It can
//! change bytes while they are copied, and words. Those are bytes for which any
//! value is valid, and no length or address is among them. So what comes of that is
//! a message of wrong bytes, an error or a wait.

use super::check;
use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{compiler_fence, AtomicU32, Ordering};
use std::time::Duration;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The way to the answerer.
    There,
    /// The way to the asker.
    Back,
}

/// The words have a page to themselves; the messages follow.
const HEAD: usize = 4096;

/// Each word has a cache line of its own, and these are at most so long.
const LINE: usize = 128;

/// The words, each by its line. All are 0 at first.
#[derive(Clone, Copy, Debug)]
enum Word {
    /// The number of the last message there.
    There = 0,
    /// The number of the last message back.
    Back = 1,
    /// Whether somebody answers.
    Claim = 2,
}

/// The longest message.
const ROOM_MAX: usize = 1 << 24;

/// In place of a message's number: there will be no more.
const END: u32 = u32::MAX;

/// The side that asks. There is one for each memory.
///
/// Invariant: where `mine` holds, the turn is this side's, as the module says.
#[derive(Debug)]
pub(crate) struct Asker {
    memory: Mapping,
    /// The number of the last message.
    last: u32,
    mine: bool,
}

impl Asker {
    /// Makes memory for messages of at most `room` bytes, and gives the file by
    /// which the other side can [`open`](Answerer::open) it.
    pub(crate) fn create(room: usize) -> io::Result<(Self, OwnedFd)> {
        let file = File::from(memfd()?);
        file.set_len(bytes(room)? as u64)?;
        seal(&file, SEALS | libc::F_SEAL_SEAL)?;
        // The turn is its own: no message was sent.
        let asker = Self {
            memory: Mapping::open(file.as_fd(), room)?,
            last: 0,
            mine: true,
        };
        Ok((asker, file.into()))
    }

    /// Puts `message` there, as much as there is room for, and gets what came back
    /// into `reply`, likewise. Each time that `every` passes without it, `late` is
    /// asked whether to go on.
    ///
    /// Fails as `late` does, and then each time: the answer may still come, and
    /// would be taken for that to another message.
    #[inline]
    pub(crate) fn take(
        &mut self,
        message: &[u8],
        reply: &mut [u8],
        every: Duration,
        late: impl FnMut() -> io::Result<()>,
    ) -> io::Result<()> {
        if !self.mine {
            return Err(io::Error::other("a message before this had no answer"));
        }
        let before = self.last;
        self.last = match before.wrapping_add(1) {
            END => 0,
            next => next,
        };
        // SAFETY: By the invariant the turn is this side's.
        unsafe { self.memory.put(Way::There, message) };
        self.mine = false;
        self.memory.say(Way::There, self.last)?;
        if self.memory.hear(Way::Back, before, Some(every), late)? != self.last {
            let words = "the other side answered what it was not asked";
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        // The number that ended this side's turn has come back, so it has it again.
        self.mine = true;
        // SAFETY: By the invariant the turn is this side's.
        unsafe { self.memory.get(Way::Back, reply) };
        Ok(())
    }

    /// Tells the other side that there will be no more messages.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.mine = false;
        self.memory.say(Way::There, END)
    }
}

/// The side that answers. There is at most one for each memory, ever.
#[derive(Debug)]
pub(crate) struct Answerer {
    memory: Mapping,
    /// The number of the last message that it has seen.
    last: u32,
}

impl Answerer {
    /// Maps memory that was made for messages of `room` bytes.
    ///
    /// Fails with `InvalidInput` where the file is no such memory, and with
    /// `ResourceBusy` where somebody has opened it before.
    pub(crate) fn open(file: BorrowedFd<'_>, room: usize) -> io::Result<Self> {
        let memory = Mapping::open(file, room)?;
        // Who finds 0 is the only one. It orders no access: the ways' words do.
        let claim = memory.word(Word::Claim);
        match claim.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Ok(Self { memory, last: 0 }),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "somebody answers in this memory already",
            )),
        }
    }

    /// Waits for a message, and copies it to the way back. Tells whether there was
    /// one: not after the end.
    #[inline]
    pub(crate) fn answer(&mut self) -> io::Result<bool> {
        if self.last != END {
            self.last = self.memory.hear(Way::There, self.last, None, || Ok(()))?;
        }
        if self.last == END {
            return Ok(false);
        }
        // SAFETY: The asker has ended its turn by a number that this side had not
        // seen, and waits for it to come back, which has not been said. There is no
        // other answerer. So the turn is this side's.
        unsafe { self.memory.turn_round() };
        self.memory.say(Way::Back, self.last)?;
        Ok(true)
    }
}

/// The mapping. It is gone when this is.
///
/// Invariant: `base` is page-aligned, and `HEAD + 2 * room` bytes from it on are
/// mapped for reads and writes for as long as this lives. The file behind them
/// has that length and keeps it. Of the bytes, nobody holds a reference to any but
/// the words, and to these only as atomics.
#[derive(Debug)]
struct Mapping {
    base: NonNull<u8>,
    room: usize,
}

impl Mapping {
    fn open(file: BorrowedFd<'_>, room: usize) -> io::Result<Self> {
        let len = bytes(room)?;
        // What can shrink under a mapping kills who touches it. A seal is for ever,
        // so the length that is seen after it stays, and not one seen before.
        // SAFETY: This command takes no argument.
        let seals = check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) } as _);
        let sealed = seals.is_ok_and(|seals| seals & SEALS as usize == SEALS as usize);
        // Only where both have the same room do they mean the same bytes.
        let fits = || -> io::Result<bool> {
            let metadata = File::from(file.try_clone_to_owned()?).metadata()?;
            Ok(metadata.len() == len as u64)
        };
        if !sealed || !fits()? {
            return Err(invalid("the file is no memory made for this"));
        }
        // SAFETY: The kernel picks an address at which nothing is mapped, so no
        // memory of this process is replaced. The length is not 0.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        match NonNull::new(base.cast::<u8>()) {
            _ if base == libc::MAP_FAILED => Err(io::Error::last_os_error()),
            None => Err(invalid("the memory was mapped at address 0")),
            Some(base) => Ok(Self { base, room }),
        }
    }

    #[inline]
    fn word(&self, word: Word) -> &AtomicU32 {
        let at = word as usize * LINE;
        // SAFETY: Three lines are less than HEAD, so by the invariant the word is
        // mapped for as long as `self` is borrowed; it is aligned, because `base`
        // is to a page, and a line is. Any four bytes are a u32. By this mapping it is only ever reached
        // as an atomic, through this function; another mapping does likewise,
        // and the kernel reads it atomically.
        unsafe { AtomicU32::from_ptr(self.base.as_ptr().add(at).cast()) }
    }

    /// The word on which who gets a message waits.
    #[inline]
    fn number(&self, way: Way) -> &AtomicU32 {
        match way {
            Way::There => self.word(Word::There),
            Way::Back => self.word(Word::Back),
        }
    }

    /// Tells the other side the number of the message that is there.
    #[inline]
    fn say(&self, way: Way, number: u32) -> io::Result<()> {
        let word = self.number(way);
        // Who sees the number sees the message, and what was done before it.
        word.store(number, Ordering::Release);
        wake(word)
    }

    /// Waits until the number of a way is not `before` any more, and gives it.
    /// After each `timeout` `late` is asked whether to go on.
    #[inline]
    fn hear(
        &self,
        way: Way,
        before: u32,
        timeout: Option<Duration>,
        mut late: impl FnMut() -> io::Result<()>,
    ) -> io::Result<u32> {
        let word = self.number(way);
        loop {
            let now = word.load(Ordering::Acquire);
            if now != before {
                return Ok(now);
            }
            match wait(word, before, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => late()?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where the message of a way is.
    #[inline]
    fn message(&self, way: Way) -> NonNull<u8> {
        let at = match way {
            Way::There => HEAD,
            Way::Back => HEAD + self.room,
        };
        // SAFETY: Both are within the mapping, by the invariant.
        unsafe { self.base.add(at) }
    }

    /// Puts `message` where the other side will look: as much as there is room for.
    ///
    /// # Safety
    ///
    /// It is the turn of the side whose mapping this is.
    #[inline]
    unsafe fn put(&mut self, way: Way, message: &[u8]) {
        let len = message.len().min(self.room);
        // SAFETY: `message` is valid for reads of `len` bytes, and the mapping for
        // writes of `room`, by the invariant. They do not overlap: nobody has a
        // reference to the mapping's bytes, and `message` is one. It is this side's
        // turn, as the caller says: the load with Acquire by which it began comes
        // after all that the other side did to these bytes, and the store with
        // Release by which it ends before all that it will do.
        unsafe { ptr::copy_nonoverlapping(message.as_ptr(), self.message(way).as_ptr(), len) }
    }

    /// Gets a message into `message`: as much as there is room for.
    ///
    /// # Safety
    ///
    /// It is the turn of the side whose mapping this is.
    #[inline]
    unsafe fn get(&self, way: Way, message: &mut [u8]) {
        let len = message.len().min(self.room);
        // SAFETY: As in `put`, with reads and writes the other way round. Any bytes
        // are valid for a u8.
        unsafe { ptr::copy_nonoverlapping(self.message(way).as_ptr(), message.as_mut_ptr(), len) }
        // What was copied is what is used: it is not read there a second time, when
        // a process that keeps to no turns could have changed it.
        compiler_fence(Ordering::SeqCst);
    }

    /// Copies the message that came to the way back.
    ///
    /// # Safety
    ///
    /// It is the turn of the side whose mapping this is.
    #[inline]
    unsafe fn turn_round(&mut self) {
        let (from, to) = (self.message(Way::There), self.message(Way::Back));
        // SAFETY: By the invariant `room` bytes from each are mapped, and the
        // second begin where the first end, so they do not overlap. As to the other
        // side, see `put`.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), self.room) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: This is the mapping, whole, by the invariant, and `bytes` gives
        // the length that it was made with. Nothing that borrows from it is left,
        // and `self` is not used again. A failure would leave it mapped.
        unsafe { libc::munmap(self.base.as_ptr().cast::<c_void>(), HEAD + 2 * self.room) };
    }
}

/// With these the file's length is what it is.
const SEALS: libc::c_int = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW;

/// The bytes to map for messages of `room` bytes.
fn bytes(room: usize) -> io::Result<usize> {
    if room > ROOM_MAX {
        return Err(invalid("so long a message has no room in shared memory"));
    }
    Ok(HEAD + 2 * room)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

fn memfd() -> io::Result<OwnedFd> {
    /// Since Linux 6.3, where the kernel logs who leaves it out.
    const MFD_NOEXEC_SEAL: libc::c_uint = 8;
    let usual = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    let make = |flags| {
        // SAFETY: The name is a string with a NUL, which the call copies.
        check(unsafe { libc::memfd_create(c"parley-compare".as_ptr(), flags) } as _)
    };
    let fd = match make(usual | MFD_NOEXEC_SEAL) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => make(usual),
        made => made,
    }?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it. It
    // came from an int, and so fits one.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

fn seal(file: &File, seals: libc::c_int) -> io::Result<()> {
    // SAFETY: This command takes a number, and no pointers.
    check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } as _)?;
    Ok(())
}

/// The `timespec` of futex(2), whose fields are of the machine's word size. That of
/// the C library is another type where its seconds have 64 bits on a machine of 32.
#[repr(C)]
struct KernelTime {
    seconds: libc::c_long,
    nanoseconds: libc::c_long,
}

impl From<Duration> for KernelTime {
    fn from(time: Duration) -> Self {
        Self {
            seconds: time.as_secs().try_into().unwrap_or(libc::c_long::MAX),
            // Less than a thousand million, which fits.
            nanoseconds: time.subsec_nanos() as libc::c_long,
        }
    }
}

/// Sleeps until somebody wakes the word, unless it is not `expected` any more; for
/// at most `timeout`, where there is one. It may wake for no reason, so look.
///
/// Fails with `TimedOut` where the time is up: all else is no failure.
#[inline]
fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> io::Result<()> {
    let time = timeout.map(KernelTime::from);
    let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: The word is valid and aligned for as long as it is borrowed, and the
    // kernel only reads it. The time is null or valid for reads of the size that
    // this call takes, and lives until the call is done.
    let woken = check(unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            expected,
            time,
        )
    } as _);
    match woken {
        Ok(_) => Ok(()),
        Err(error) => match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EINTR) => Ok(()),
            Some(libc::ETIMEDOUT) => Err(io::ErrorKind::TimedOut.into()),
            _ => Err(error),
        },
    }
}

/// Wakes who sleeps on the word, in whichever process.
#[inline]
fn wake(word: &AtomicU32) -> io::Result<()> {
    // SAFETY: The word is valid and aligned, and the kernel takes its address
    // alone.
    check(unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) } as _)?;
    Ok(())
}

#[cfg(test)]
mod tests;
