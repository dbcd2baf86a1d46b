// SPDX-License-Identifier: MIT OR Apache-2.0

//! Memory that two sides share and use in turn, and the futexes in it.
//!
//! Both sides map the same memfd: a page with the words, followed by room for a message
//! in each direction. See memfd_create(2) and futex(2).
//!
//! The messages are copied as plain memory, so only one side may copy at a time. The
//! words ensure this. Each direction has a word with the number of the message that was
//! put there last:
//!
//! - The [`Asker`] begins. Its turn ends when it stores a new number in the request
//!   word, with Release. The [`Answerer`]'s turn begins when it loads that number, with
//!   Acquire, and ends when it stores the number in the reply word, with Release. The
//!   asker's next turn begins when it loads the number from there, with Acquire. So everything
//!   that a side does to the messages in its turn happens before everything that the
//!   other side does in the next.
//! - There is one asker: the side that creates the memory. There is one answerer: the
//!   side that changes the third word from 0 to 1, which nobody changes back.
//! - A side touches the messages only in its turn. An asker that has received no answer
//!   has no further turn.
//!
//! This holds for two sides created by this module, in whichever processes; each has its
//! own mapping, even if both are in one process. No program can defend against a process
//! that maps the file and ignores the turns, or that writes to the file. Such a process
//! can change bytes while they are copied, and words. But any value is valid for these
//! bytes, and no length or address is among them. So the result is at worst a message of
//! wrong bytes, an error or a wait.

use super::check;
use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{compiler_fence, AtomicU32, Ordering};
use std::time::Duration;

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// To the answerer.
    Request,
    /// To the asker.
    Reply,
}

/// The words have a page to themselves; the messages follow.
const HEAD: usize = 4096;

/// Each word has its own cache line; cache lines have at most this length.
const LINE: usize = 128;

/// The words, by their cache lines. All are 0 at first.
#[derive(Clone, Copy, Debug)]
enum Word {
    /// The number of the last message to the answerer.
    Request = 0,
    /// The number of the last message to the asker.
    Reply = 1,
    /// Whether there is an answerer.
    Claim = 2,
}

/// The maximum length of a message.
const ROOM_MAX: usize = 1 << 24;

/// The value instead of a message's number that marks the end.
const END: u32 = u32::MAX;

/// The side that asks. There is one for each memory.
///
/// Invariant: if `mine` is set, it is this side's turn, as defined by the module's
/// documentation.
#[derive(Debug)]
pub(crate) struct Asker {
    memory: Mapping,
    /// The number of the last message.
    last: u32,
    mine: bool,
}

impl Asker {
    /// Creates memory for messages of at most `room` bytes, and returns its file, with
    /// which the other side can [`open`](Answerer::open) it.
    pub(crate) fn create(room: usize) -> io::Result<(Self, OwnedFd)> {
        let file = File::from(memfd()?);
        file.set_len(bytes(room)? as u64)?;
        seal(&file, SEALS | libc::F_SEAL_SEAL)?;
        // The turn is its own, because no message was sent.
        let asker = Self {
            memory: Mapping::open(file.as_fd(), room)?,
            last: 0,
            mine: true,
        };
        Ok((asker, file.into()))
    }

    /// Sends `message`, up to the available room, and receives the reply into `reply`,
    /// likewise. Each time that `every` passes without a reply, `on_timeout` decides
    /// whether to continue.
    ///
    /// Fails if `on_timeout` does, and from then on each time: the answer may still
    /// arrive, and would be mistaken for the answer to another message.
    #[inline]
    pub(crate) fn take(
        &mut self,
        message: &[u8],
        reply: &mut [u8],
        every: Duration,
        on_timeout: impl FnMut() -> io::Result<()>,
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
        unsafe { self.memory.put(Direction::Request, message) };
        self.mine = false;
        self.memory.publish(Direction::Request, self.last)?;
        if self
            .memory
            .wait_for_change(Direction::Reply, before, Some(every), on_timeout)?
            != self.last
        {
            let words = "the other side answered a different message";
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        // The number that ended this side's turn has come back, so it is this side's turn
        // again.
        self.mine = true;
        // SAFETY: By the invariant the turn is this side's.
        unsafe { self.memory.get(Direction::Reply, reply) };
        Ok(())
    }

    /// Notifies the other side that there will be no more messages.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.mine = false;
        self.memory.publish(Direction::Request, END)
    }
}

/// The side that answers. There is at most one for each memory, ever.
#[derive(Debug)]
pub(crate) struct Answerer {
    memory: Mapping,
    /// The number of the last message that it received.
    last: u32,
}

impl Answerer {
    /// Maps memory that was created for messages of `room` bytes.
    ///
    /// Fails with `InvalidInput` if the file is not such a memory, and with
    /// `ResourceBusy` if it has been opened before.
    pub(crate) fn open(file: BorrowedFd<'_>, room: usize) -> io::Result<Self> {
        let memory = Mapping::open(file, room)?;
        // Only the side that finds 0 becomes the answerer. This orders no accesses; the
        // directions' words do.
        let claim = memory.word(Word::Claim);
        match claim.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Ok(Self { memory, last: 0 }),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "this memory already has, or had, an answerer",
            )),
        }
    }

    /// Waits for a message, and copies it to the reply. Returns false at the end.
    #[inline]
    pub(crate) fn answer(&mut self) -> io::Result<bool> {
        if self.last != END {
            self.last = self
                .memory
                .wait_for_change(Direction::Request, self.last, None, || Ok(()))?;
        }
        if self.last == END {
            return Ok(false);
        }
        // SAFETY: The asker has ended its turn with a number that this side had not seen,
        // and waits for that number to come back, which has not happened yet. There is no
        // other answerer. So it is this side's turn.
        unsafe { self.memory.copy_to_reply() };
        self.memory.publish(Direction::Reply, self.last)?;
        Ok(true)
    }
}

/// The mapping, which is removed when this is dropped.
///
/// Invariant: `base` is page-aligned, and `HEAD + 2 * room` bytes from it on are mapped
/// for reads and writes for as long as this lives. The file behind them has that length
/// and keeps it. Nobody holds a reference to any of these bytes except the words, and to
/// those only as atomics.
#[derive(Debug)]
struct Mapping {
    base: NonNull<u8>,
    room: usize,
}

impl Mapping {
    fn open(file: BorrowedFd<'_>, room: usize) -> io::Result<Self> {
        let len = bytes(room)?;
        // If a file shrinks under a mapping, accesses to the mapping kill the process. A
        // seal is permanent, so a length that is read after checking the seals stays
        // valid.
        // SAFETY: This command takes no argument.
        let seals = check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) } as _);
        let sealed = seals.is_ok_and(|seals| seals & SEALS as usize == SEALS as usize);
        // The same bytes have the same meaning only if both sides have the same room.
        let fits = || -> io::Result<bool> {
            let metadata = File::from(file.try_clone_to_owned()?).metadata()?;
            Ok(metadata.len() == len as u64)
        };
        if !sealed || !fits()? {
            return Err(invalid("the file is not the memory of a channel"));
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
        // SAFETY: Three lines are less than HEAD, so by the invariant the word is mapped
        // for as long as `self` is borrowed. It is aligned, because `base` is aligned to
        // a page, and each line to its length. Any four bytes are a u32. This mapping
        // reaches the word only as an atomic, through this function; so does any other
        // mapping, and the kernel reads it atomically.
        unsafe { AtomicU32::from_ptr(self.base.as_ptr().add(at).cast()) }
    }

    /// Returns the word on which the receiver of a message waits.
    #[inline]
    fn number(&self, direction: Direction) -> &AtomicU32 {
        match direction {
            Direction::Request => self.word(Word::Request),
            Direction::Reply => self.word(Word::Reply),
        }
    }

    /// Publishes the number of the message that was put there.
    #[inline]
    fn publish(&self, direction: Direction, number: u32) -> io::Result<()> {
        let word = self.number(direction);
        // A side that sees the number also sees the message and everything done before
        // it.
        word.store(number, Ordering::Release);
        wake(word)
    }

    /// Waits until the number of a direction differs from `before`, and returns it. After
    /// each `timeout`, `on_timeout` decides whether to continue.
    #[inline]
    fn wait_for_change(
        &self,
        direction: Direction,
        before: u32,
        timeout: Option<Duration>,
        mut on_timeout: impl FnMut() -> io::Result<()>,
    ) -> io::Result<u32> {
        let word = self.number(direction);
        loop {
            let now = word.load(Ordering::Acquire);
            if now != before {
                return Ok(now);
            }
            match wait(word, before, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => on_timeout()?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the address of a direction's message.
    #[inline]
    fn message(&self, direction: Direction) -> NonNull<u8> {
        let at = match direction {
            Direction::Request => HEAD,
            Direction::Reply => HEAD + self.room,
        };
        // SAFETY: Both are within the mapping, by the invariant.
        unsafe { self.base.add(at) }
    }

    /// Puts `message` where the other side will read it, up to the available room.
    ///
    /// # Safety
    ///
    /// It must be the turn of the side whose mapping this is.
    #[inline]
    unsafe fn put(&mut self, direction: Direction, message: &[u8]) {
        let len = message.len().min(self.room);
        // SAFETY: `message` is valid for reads of `len` bytes, and the mapping for writes
        // of `room`, by the invariant. They do not overlap: nobody has a reference to the
        // mapping's bytes, and `message` is one. It is this side's turn, as the caller
        // guarantees: the load with Acquire that began it comes after everything that the
        // other side did to these bytes, and the store with Release that ends it comes
        // before everything that the other side will do.
        unsafe { ptr::copy_nonoverlapping(message.as_ptr(), self.message(direction).as_ptr(), len) }
    }

    /// Reads a message into `message`, up to the available room.
    ///
    /// # Safety
    ///
    /// It must be the turn of the side whose mapping this is.
    #[inline]
    unsafe fn get(&self, direction: Direction, message: &mut [u8]) {
        let len = message.len().min(self.room);
        // SAFETY: As in `put`, with reads and writes exchanged. Any bytes are valid for a
        // u8.
        unsafe {
            ptr::copy_nonoverlapping(self.message(direction).as_ptr(), message.as_mut_ptr(), len)
        }
        // Only the copy is used: the compiler must not read the original a second time,
        // because a process that ignores the turns could have changed it.
        compiler_fence(Ordering::SeqCst);
    }

    /// Copies the message that arrived to the reply.
    ///
    /// # Safety
    ///
    /// It must be the turn of the side whose mapping this is.
    #[inline]
    unsafe fn copy_to_reply(&mut self) {
        let (from, to) = (
            self.message(Direction::Request),
            self.message(Direction::Reply),
        );
        // SAFETY: By the invariant, `room` bytes from each are mapped, and the second
        // begin where the first end, so they do not overlap. For the other side, see
        // `put`.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), self.room) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: This is the whole mapping, by the invariant, and `bytes` returns the
        // length that it was created with. Nothing that borrows from it is left, and
        // `self` is not used again. If the call fails, the memory stays mapped.
        unsafe { libc::munmap(self.base.as_ptr().cast::<c_void>(), HEAD + 2 * self.room) };
    }
}

/// These seals fix the file's length.
const SEALS: libc::c_int = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW;

/// Returns the number of bytes to map for messages of `room` bytes.
fn bytes(room: usize) -> io::Result<usize> {
    if room > ROOM_MAX {
        return Err(invalid("the message is too long for the shared memory"));
    }
    Ok(HEAD + 2 * room)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

fn memfd() -> io::Result<OwnedFd> {
    /// Exists since Linux 6.3; from then on the kernel logs programs that leave it out.
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

/// The `timespec` of futex(2), whose fields have the machine's word size. The C library's
/// own type differs if it has 64-bit seconds on a 32-bit machine.
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

/// Sleeps until the word is woken, unless it no longer has the value `expected`; for at
/// most `timeout`, if there is one. It may wake for no reason, so check the word
/// afterwards.
///
/// Fails with `TimedOut` if the timeout has passed. Nothing else is a failure.
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

/// Wakes a side that sleeps on the word, in whichever process.
#[inline]
fn wake(word: &AtomicU32) -> io::Result<()> {
    // SAFETY: The word is valid and aligned, and the kernel only uses its address.
    check(unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) } as _)?;
    Ok(())
}

#[cfg(test)]
mod tests;
