// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls, as safe functions. All unsafe code of the program is here.

use super::transport::Received;
use std::ffi::CStr;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

#[inline]
fn check(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Opens a netlink socket of `protocol`. See netlink(7).
pub(super) fn open(protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: The call takes no pointers.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
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

/// Makes a receive call fail with `EAGAIN` after `timeout`.
pub(super) fn set_receive_timeout(fd: &OwnedFd, timeout: Duration) -> io::Result<()> {
    let value = libc::timeval {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_usec: timeout.subsec_micros().into(),
    };
    // SAFETY: The value is valid for reads of its size, which is passed.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVTIMEO,
            (&raw const value).cast(),
            size_of::<libc::timeval>() as libc::socklen_t,
        )
    } as _)?;
    Ok(())
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

/// Receives a datagram into `buffer`: one system call.
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
        truncated: len > buffer.len(),
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

/// `_IOWR('P', number, T)`, of `include/uapi/asm-generic/ioctl.h`.
const fn iowr<T>(number: u32) -> libc::Ioctl {
    (3 << 30 | (size_of::<T>() as u32) << 16 | (b'P' as u32) << 8 | number) as libc::Ioctl
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
pub(crate) fn end_with_parent() -> io::Result<()> {
    let signal = libc::SIGKILL as libc::c_ulong;
    // SAFETY: This option takes a number, and no pointers.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } as _)?;
    Ok(())
}

/// Keeps the calling thread, and what it starts from now on, on the processor that
/// it runs on.
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

pub(crate) mod shared {
    //! Memory that two processes share, and the futexes in it.
    //!
    //! A memfd, mapped by both: a page with two words to wait on, one for each way,
    //! and then room for a message each way. See memfd_create(2) and futex(2).

    use super::check;
    use std::ffi::c_void;
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
    use std::ptr::{self, NonNull};
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    /// Which way a message goes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Way {
        /// To who answers.
        There,
        /// To who asks.
        Back,
    }

    /// The words have a page to themselves; the messages follow.
    const HEAD: usize = 4096;

    /// Each word has a cache line of its own, and these are at most so long.
    const LINE: usize = 128;

    /// The longest message.
    const ROOM_MAX: usize = 1 << 24;

    /// The mapping. It is gone when this is.
    ///
    /// Invariant: `base` is page-aligned, and `HEAD + 2 * room` bytes from it on are
    /// mapped for reads and writes for as long as this lives. The file behind them
    /// cannot shrink. Of the bytes, nobody holds a reference to any but the two words,
    /// and to these only as atomics.
    #[derive(Debug)]
    pub(crate) struct Shared {
        base: NonNull<u8>,
        room: usize,
    }

    impl Shared {
        /// Makes memory for messages of at most `room` bytes, and gives the file by
        /// which another process can [`open`](Self::open) it.
        pub(crate) fn create(room: usize) -> io::Result<(Self, OwnedFd)> {
            let file = File::from(memfd()?);
            file.set_len(bytes(room)? as u64)?;
            let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
            // SAFETY: This command takes a number, and no pointers.
            check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } as _)?;
            Ok((Self::open(file.as_fd(), room)?, file.into()))
        }

        /// Maps memory that was made for messages of `room` bytes.
        ///
        /// Fails with `InvalidInput` where the file is no such memory.
        pub(crate) fn open(file: BorrowedFd<'_>, room: usize) -> io::Result<Self> {
            let len = bytes(room)?;
            let fits = File::from(file.try_clone_to_owned()?).metadata()?.len() >= len as u64;
            // SAFETY: This command takes no argument.
            let seals = check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) } as _)?;
            // What can shrink under a mapping kills who touches it.
            if !fits || seals & libc::F_SEAL_SHRINK as usize == 0 {
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

        /// The word on which who gets a message waits. It is 0 at first.
        #[inline]
        pub(crate) fn word(&self, way: Way) -> &AtomicU32 {
            let at = match way {
                Way::There => 0,
                Way::Back => LINE,
            };
            // SAFETY: `at` is less than HEAD, so by the invariant the word is mapped
            // for as long as `self` is borrowed; it is aligned, because `base` is to a
            // page. Any four bytes are a u32. In this process it is only ever reached
            // as an atomic, through this function; the other process does likewise,
            // and the kernel reads it atomically.
            unsafe { AtomicU32::from_ptr(self.base.as_ptr().add(at).cast()) }
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
        /// It is for the two sides to take turns. Where they do not, the other one
        /// gets a mixture of bytes.
        #[inline]
        pub(crate) fn put(&mut self, way: Way, message: &[u8]) {
            let len = message.len().min(self.room);
            // SAFETY: `message` is valid for reads of `len` bytes, and the mapping for
            // writes of `room`, by the invariant. They do not overlap: nobody has a
            // reference to the mapping's bytes, and `message` is one. What the other
            // process does meanwhile can change bytes that this one does not rely on.
            unsafe { ptr::copy_nonoverlapping(message.as_ptr(), self.message(way).as_ptr(), len) }
        }

        /// Gets a message into `message`: as much as there is room for. See
        /// [`put`](Self::put).
        #[inline]
        pub(crate) fn get(&self, way: Way, message: &mut [u8]) {
            let len = message.len().min(self.room);
            // SAFETY: As in `put`, with reads and writes the other way round. Any bytes
            // are valid for a u8, whatever the other process does meanwhile.
            unsafe {
                ptr::copy_nonoverlapping(self.message(way).as_ptr(), message.as_mut_ptr(), len)
            }
        }

        /// Copies the first `len` bytes that came to where the way back begins.
        #[inline]
        pub(crate) fn turn_round(&mut self, len: usize) {
            let len = len.min(self.room);
            let (from, to) = (self.message(Way::There), self.message(Way::Back));
            // SAFETY: By the invariant `room` bytes from each are mapped, and the
            // second begin where the first end, so they do not overlap.
            unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), len) }
        }
    }

    impl Drop for Shared {
        fn drop(&mut self) {
            // SAFETY: This is the mapping, whole, by the invariant, and `bytes` gives
            // the length that it was made with. Nothing that borrows from it is left,
            // and `self` is not used again. A failure would leave it mapped.
            unsafe { libc::munmap(self.base.as_ptr().cast::<c_void>(), HEAD + 2 * self.room) };
        }
    }

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

    /// Sleeps until somebody wakes the word, unless it is not `expected` any more; for
    /// at most `timeout`, where there is one. It may wake for no reason, so look.
    ///
    /// Fails with `TimedOut` where the time is up: all else is no failure.
    #[inline]
    pub(crate) fn wait(
        word: &AtomicU32,
        expected: u32,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        let time = timeout.map(|timeout| libc::timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos() as _,
        });
        let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: The word is valid and aligned for as long as it is borrowed, and the
        // kernel only reads it. The time is null or valid for reads, and lives until
        // the call is done.
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
    pub(crate) fn wake(word: &AtomicU32) -> io::Result<()> {
        // SAFETY: The word is valid and aligned, and the kernel takes its address
        // alone.
        check(unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) } as _)?;
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::sync::atomic::Ordering;

        #[test]
        fn each_way_has_room_of_its_own_and_no_more_than_that_is_touched() {
            for room in [0, 1, 4096, 61_440] {
                let (mut ours, file) = Shared::create(room).unwrap();
                let mut theirs = Shared::open(file.as_fd(), room).unwrap();
                let (there, back) = (vec![0x11; room + 9], vec![0x22; room + 9]);
                ours.put(Way::There, &there);
                theirs.put(Way::Back, &back);
                let mut got = vec![0; room + 9];
                theirs.get(Way::There, &mut got);
                assert_eq!((&got[..room], &got[room..]), (&there[..room], &[0; 9][..]));
                ours.get(Way::Back, &mut got);
                assert_eq!((&got[..room], &got[room..]), (&back[..room], &[0; 9][..]));
                theirs.turn_round(room + 9);
                ours.get(Way::Back, &mut got);
                assert_eq!(got[..room], there[..room]);
                for way in [Way::There, Way::Back] {
                    assert_eq!(ours.word(way).load(Ordering::Relaxed), 0);
                }
            }
        }

        #[test]
        fn the_words_are_shared_and_not_the_same() {
            let (ours, file) = Shared::create(16).unwrap();
            let theirs = Shared::open(file.as_fd(), 16).unwrap();
            ours.word(Way::There).store(7, Ordering::Relaxed);
            ours.word(Way::Back).store(8, Ordering::Relaxed);
            assert_eq!(theirs.word(Way::There).load(Ordering::Relaxed), 7);
            assert_eq!(theirs.word(Way::Back).load(Ordering::Relaxed), 8);
        }

        #[test]
        fn a_file_that_is_too_short_or_could_shrink_is_not_mapped() {
            let (_ours, file) = Shared::create(16).unwrap();
            let kind = |opened: io::Result<Shared>| opened.map(drop).unwrap_err().kind();
            let long = Shared::open(file.as_fd(), 17);
            assert_eq!(kind(long), io::ErrorKind::InvalidInput);
            let unsealed = File::from(memfd().unwrap());
            unsealed.set_len(bytes(16).unwrap() as u64).unwrap();
            let unsealed = Shared::open(unsealed.as_fd(), 16);
            assert_eq!(kind(unsealed), io::ErrorKind::InvalidInput);
            assert!(File::from(file).set_len(0).is_err());
            assert!(Shared::create(ROOM_MAX + 1).is_err());
        }

        #[test]
        fn a_wait_ends_when_the_word_has_changed_and_when_its_time_is_up() {
            let (ours, _file) = Shared::create(0).unwrap();
            let word = ours.word(Way::There);
            let short = Some(Duration::from_millis(1));
            let late = wait(word, 0, short).unwrap_err();
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
            wait(word, 1, None).unwrap();
            wake(word).unwrap();
        }
    }
}
