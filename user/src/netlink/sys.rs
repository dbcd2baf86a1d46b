// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls, as safe functions. All unsafe code of the program is here.

use super::transport::Received;
use std::ffi::CStr;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
#[cfg(feature = "program")]
use std::os::unix::process::CommandExt;
#[cfg(feature = "program")]
use std::process::Command;
use std::time::Duration;

#[inline]
fn check(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Opens a netlink socket of `protocol`, which never blocks. See netlink(7).
pub(super) fn open(protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: The call takes no pointers.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
            protocol,
        )
    };
    check(fd as libc::ssize_t)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The address of the kernel, and the one by which the kernel picks a port.
fn kernel() -> libc::sockaddr_nl {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

/// Binds the socket to a port that the kernel picks.
pub(super) fn bind(fd: &OwnedFd) -> io::Result<()> {
    let address = kernel();
    // SAFETY: The address is valid for reads of its length, which is passed.
    check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), ADDRESS_LEN) } as _)?;
    Ok(())
}

/// Tells which port the socket is bound to.
pub(super) fn port(fd: &OwnedFd) -> io::Result<u32> {
    let mut address = kernel();
    let mut len = ADDRESS_LEN;
    // SAFETY: The address is valid for writes of its length, which is passed,
    // and so is the length.
    check(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut address).cast(), &mut len) } as _)?;
    Ok(address.nl_pid)
}

/// Sets a socket option whose value is an `int`.
pub(super) fn set_option(fd: &OwnedFd, level: i32, option: i32, value: i32) -> io::Result<()> {
    let value: libc::c_int = value;
    // SAFETY: The value is valid for reads of its size, which is passed.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    } as _)?;
    Ok(())
}

/// Waits until `fd` has something to receive, a datagram or an error, or until
/// `timeout` is over, in whole milliseconds; without one for as long as it takes.
/// Returns how many descriptors have: 1 or 0.
pub(crate) fn wait(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<usize> {
    let mut polled = libc::pollfd {
        fd: fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let millis = timeout.map_or(-1, |timeout| {
        timeout
            .as_nanos()
            .div_ceil(1_000_000)
            .try_into()
            .unwrap_or(libc::c_int::MAX)
    });
    // SAFETY: The one `pollfd` is valid for reads and writes, and is borrowed for this
    // call. The descriptor is open, as it is borrowed, too.
    check(unsafe { libc::poll(&raw mut polled, 1, millis) } as _)
}

/// Sends `datagram` to the kernel: one system call.
#[inline]
pub(super) fn send(fd: &OwnedFd, datagram: &[u8]) -> io::Result<usize> {
    let address = kernel();
    // SAFETY: Datagram and address are valid for reads of their lengths, which
    // are passed.
    check(unsafe {
        libc::sendto(
            fd.as_raw_fd(),
            datagram.as_ptr().cast(),
            datagram.len(),
            0,
            (&raw const address).cast(),
            ADDRESS_LEN,
        )
    })
}

/// Receives a datagram into `buffer`, if one is there: one system call.
#[inline]
pub(super) fn receive(fd: &OwnedFd, buffer: &mut [u8]) -> io::Result<Received> {
    // A family that is no netlink's, so that it shows whether the call wrote one.
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    let mut address_len = ADDRESS_LEN;
    // With this flag it gives the datagram's length, however much of it fits.
    let flags = libc::MSG_TRUNC;
    // SAFETY: The buffer and the address are valid for writes of their lengths,
    // which are passed, and so is the address's length; all are borrowed for this
    // call. No more than the buffer's length is written into it.
    let len = check(unsafe {
        libc::recvfrom(
            fd.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            flags,
            (&raw mut address).cast(),
            &raw mut address_len,
        )
    })?;
    let netlink =
        address_len == ADDRESS_LEN && address.nl_family == libc::AF_NETLINK as libc::sa_family_t;
    Ok(Received {
        len: len.min(buffer.len()),
        sender: netlink.then_some(address.nl_pid),
        whole: len,
    })
}

/// Moves the calling thread into the network namespace that `fd` stands for.
pub(super) fn enter_net_namespace(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: The call takes no pointers.
    check(unsafe { libc::setns(fd.as_raw_fd(), libc::CLONE_NEWNET) } as _)?;
    Ok(())
}

/// What `PARLEY_IOC_ECHO` takes: `len` bytes from the address `from` to the
/// address `to`.
#[repr(C)]
struct EchoCall {
    from: u64,
    to: u64,
    len: u32,
    flags: u32,
}

/// What `PARLEY_IOC_COUNTER_ADD` takes, and gives `value` back in.
#[repr(C)]
struct CounterAddCall {
    name: [u8; 32],
    delta: i64,
    value: u64,
}

/// The number of a device's request that takes a `T` and gives it back. Its layout
/// depends on the architecture.
const fn iowr<T>(number: u32) -> libc::Ioctl {
    libc::_IOWR::<T>(b'P' as u32, number)
}

/// Has `/dev/parley` copy `from` to `to`, which has the same length.
pub(crate) fn device_echo(fd: BorrowedFd<'_>, from: &[u8], to: &mut [u8]) -> io::Result<()> {
    let len = from.len().min(to.len());
    let mut call = EchoCall {
        from: from.as_ptr() as u64,
        to: to.as_mut_ptr() as u64,
        len: len.try_into().unwrap_or(u32::MAX),
        flags: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number. `len` bytes are valid for reads at `from`, and for
    // writes at `to`, and both are borrowed for this call; a length that does
    // not fit is more than the device takes.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), iowr::<EchoCall>(1), &raw mut call) } as _)?;
    Ok(())
}

/// Has `/dev/parley` add to the counter `name`, which has a NUL, and gives what
/// it stands at then.
pub(crate) fn device_counter_add(
    fd: BorrowedFd<'_>,
    name: [u8; 32],
    delta: i64,
) -> io::Result<u64> {
    let mut call = CounterAddCall {
        name,
        delta,
        value: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number, and is borrowed for this call.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), iowr::<CounterAddCall>(2), &raw mut call) } as _)?;
    Ok(call.value)
}

/// Has the kernel kill this process when the thread that started it ends.
#[cfg(feature = "program")]
pub(crate) fn end_with_parent() -> io::Result<()> {
    let signal = libc::SIGKILL as libc::c_ulong;
    // SAFETY: This option takes a number, and no pointers.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } as _)?;
    Ok(())
}

/// Has the kernel kill the command when the thread that starts it ends.
#[cfg(feature = "program")]
pub(crate) fn end_with_this(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: The function runs in the child, after fork(2), in which only calls that
    // are safe in a signal handler may be made. It makes two system calls, prctl(2) and
    // getppid(2), which take no locks. It allocates no memory: an error made of a
    // number takes none.
    unsafe {
        command.pre_exec(move || {
            end_with_parent()?;
            // It may have ended before that was said.
            if std::os::unix::process::parent_id() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        })
    };
}

/// Keeps the calling thread, and what it starts from now on, on the processor that
/// it runs on.
#[cfg(feature = "program")]
pub(crate) fn stay_on_this_cpu() -> io::Result<()> {
    // SAFETY: The call takes no pointers.
    let cpu = check(unsafe { libc::sched_getcpu() } as _)?;
    // SAFETY: A set of processors is an array of integers, for which zero is a
    // value.
    let mut set: libc::cpu_set_t = unsafe { zeroed() };
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    // SAFETY: The processor is one that the set has room for.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: The set is valid for reads of its size, which is passed; 0 is this
    // thread.
    check(unsafe { libc::sched_setaffinity(0, size, &raw const set) } as _)?;
    Ok(())
}

#[cfg(feature = "program")]
pub(crate) mod start;

/// Makes the kernel keep the status of children that end, until it is read.
///
/// A program may be started with `SIGCHLD` ignored. Then it cannot wait for them.
#[cfg(feature = "program")]
pub(crate) fn default_child_signal() {
    // SAFETY: This installs no function, and the signal's default is to be ignored
    // otherwise. It only fails for a signal that does not exist.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// Returns whether this process ignores the signal.
#[cfg(feature = "program")]
pub(crate) fn is_signal_ignored(signal: libc::c_int) -> io::Result<bool> {
    // SAFETY: It consists of integers, and of pointers that may be null.
    let mut action: libc::sigaction = unsafe { zeroed() };
    // SAFETY: A new action that is null changes nothing. The old one is valid for
    // writes of its size.
    check(unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) } as _)?;
    Ok(action.sa_sigaction == libc::SIG_IGN)
}

/// Has the command started with the signals blocked that this thread blocks now,
/// whatever it blocks then.
#[cfg(feature = "program")]
pub(crate) fn keep_signal_mask(command: &mut Command) -> io::Result<()> {
    // SAFETY: It consists of integers, for which zero is a value.
    let mut mask: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: A new mask that is null changes nothing. The old one is valid for writes.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, std::ptr::null(), &raw mut mask) } as _)?;
    // SAFETY: The function runs in the child, after fork(2), in which only calls that
    // are safe in a signal handler may be made. It makes one, sigprocmask(2), which is.
    // It allocates no memory and takes no lock, and the mask is a copy of its own.
    unsafe {
        command.pre_exec(move || {
            // SAFETY: The mask is valid for reads. The old one is not asked for.
            check(
                libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut()) as _,
            )?;
            Ok(())
        })
    };
    Ok(())
}

/// Opens a descriptor of the process `pid`, which is readable when that has ended.
/// See pidfd_open(2).
#[cfg(feature = "program")]
pub(crate) fn open_process(pid: u32) -> io::Result<OwnedFd> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: The call takes no pointers.
    let fd = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as _)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it. It
    // came from an int, and so fits one.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// What the C library calls an errno.
pub(super) fn errno_text(errno: i32) -> String {
    let mut text = [0u8; 128];
    // SAFETY: The buffer is valid for writes of its length, which is passed.
    let failed = unsafe { libc::strerror_r(errno, text.as_mut_ptr().cast(), text.len()) };
    match CStr::from_bytes_until_nul(&text) {
        Ok(text) if failed == 0 => text.to_string_lossy().into_owned(),
        _ => "unknown error".to_owned(),
    }
}

#[cfg(feature = "program")]
pub(crate) mod shared {
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
        /// To who answers.
        There,
        /// To who asks.
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
            unsafe {
                ptr::copy_nonoverlapping(self.message(way).as_ptr(), message.as_mut_ptr(), len)
            }
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
}
