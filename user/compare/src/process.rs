// SPDX-License-Identifier: MIT OR Apache-2.0

//! Channels to another process: pipes and sockets. All are read and written in the same
//! way, by one system call in each direction if the message is not split.

use crate::channel::{because, Channel};
use crate::peer::{gone, lost, Peer, LOOK};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::{ChildStdin, ChildStdout, Command};

/// A channel that carries a stream of bytes without boundaries. Both sides know the
/// length of a message.
pub(super) struct Stream<R, W> {
    // Dropped before the peer, because closing them tells it to end.
    from: R,
    to: W,
    reply: Vec<u8>,
    peer: Peer,
}

impl<R: Read, W: Write> Channel for Stream<R, W> {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        let (peer, mut looks) = (&mut self.peer, 0);
        let mut late = || peer.late(&mut looks);
        write_message(&mut self.to, message, &mut late).map_err(lost)?;
        match read_message(&mut self.from, &mut self.reply, &mut late).map_err(lost)? {
            true => Ok(&self.reply),
            false => Err(gone()),
        }
    }
}

/// A channel that preserves the boundaries of messages.
pub(super) struct Datagrams {
    socket: File,
    /// Has room for one more byte, to detect a message that is too long.
    reply: Vec<u8>,
    peer: Peer,
}

impl Channel for Datagrams {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        self.socket.write_all(message).map_err(lost)?;
        let mut looks = 0;
        loop {
            match self.socket.read(&mut self.reply) {
                Ok(len) => return Ok(self.reply.get(..len).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.peer.late(&mut looks)?
                }
                Err(error) => return Err(lost(error)),
            }
        }
    }
}

impl Drop for Datagrams {
    fn drop(&mut self) {
        // An empty datagram marks the end.
        if self.socket.write(&[]).is_err() {
            self.peer.kill();
        }
    }
}

/// Two pipes, one for each direction.
///
/// The pipe reports the end of the peer. But a pipe has no timeout, and a poll(2) before
/// each read would add a system call to each round trip. So if the peer is stopped, this
/// waits until it continues or ends.
pub(super) fn pipe(size: usize, peer: Command) -> io::Result<Stream<ChildStdout, ChildStdin>> {
    let (peer, to, from) = Peer::start_with_pipes(peer)?;
    Ok(Stream {
        from,
        to,
        reply: vec![0; size],
        peer,
    })
}

/// A stream over one socket.
fn stream(
    ours: OwnedFd,
    theirs: OwnedFd,
    size: usize,
    peer: Command,
) -> io::Result<Stream<File, File>> {
    let to = File::from(ours);
    Ok(Stream {
        from: to.try_clone()?,
        to,
        reply: vec![0; size],
        peer: Peer::start(peer, theirs)?,
    })
}

/// A pair of Unix stream sockets.
///
/// The socket reports the end of the peer, but not that it is stopped. So the wait has a
/// timeout. This needs a timer: 380 of the 13,600 instructions of a round trip,
/// when instructions were counted.
pub(super) fn unix_stream(size: usize, peer: Command) -> io::Result<Stream<File, File>> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_read_timeout(Some(LOOK))?;
    ours.set_write_timeout(Some(LOOK))?;
    stream(ours.into(), theirs.into(), size, peer)
}

/// A TCP connection over the IPv4 loopback, which sends data without delay. For a peer
/// that is stopped, see [`unix_stream`].
pub(super) fn tcp(size: usize, peer: Command) -> io::Result<Stream<File, File>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_loopback)?;
    let ours = TcpStream::connect(listener.local_addr()?).map_err(no_loopback)?;
    let theirs = loop {
        // Another process may have connected in the meantime.
        match listener.accept()? {
            (theirs, from) if from == ours.local_addr()? => break theirs,
            _ => {}
        }
    };
    for end in [&ours, &theirs] {
        end.set_nodelay(true)?;
    }
    ours.set_read_timeout(Some(LOOK))?;
    ours.set_write_timeout(Some(LOOK))?;
    stream(ours.into(), theirs.into(), size, peer)
}

/// Datagrams over one socket.
fn datagrams(ours: OwnedFd, theirs: OwnedFd, size: usize, peer: Command) -> io::Result<Datagrams> {
    Ok(Datagrams {
        socket: ours.into(),
        reply: vec![0; size + 1],
        peer: Peer::start(peer, theirs)?,
    })
}

/// A pair of Unix datagram sockets.
///
/// The end of the peer does not wake a side that waits for a datagram. So the wait has a
/// timeout. This needs a timer: 350 of the 13,800 instructions of a round trip,
/// when instructions were counted.
pub(super) fn unix_datagram(size: usize, peer: Command) -> io::Result<Datagrams> {
    let (ours, theirs) = UnixDatagram::pair()?;
    ours.set_read_timeout(Some(LOOK))?;
    datagrams(ours.into(), theirs.into(), size, peer)
}

/// Two connected UDP sockets on the IPv4 loopback. For the end of the peer, see
/// [`unix_datagram`].
pub(super) fn udp(size: usize, peer: Command) -> io::Result<Datagrams> {
    let socket = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_loopback);
    let (ours, theirs) = (socket()?, socket()?);
    ours.connect(theirs.local_addr()?).map_err(no_loopback)?;
    theirs.connect(ours.local_addr()?).map_err(no_loopback)?;
    ours.set_read_timeout(Some(LOOK))?;
    datagrams(ours.into(), theirs.into(), size, peer)
}

fn no_loopback(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::AddrNotAvailable | ErrorKind::NetworkUnreachable => {
            io::Error::new(error.kind(), "the interface lo is down")
        }
        _ => because("no IPv4 loopback", &error),
    }
}

/// Writes all of `message`. If the channel has a timeout, `late` is called each time it
/// expires, and decides whether to continue.
#[inline]
fn write_message(
    to: &mut impl Write,
    message: &[u8],
    late: &mut impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    let mut done = 0;
    while let Some(rest) = message.get(done..).filter(|rest| !rest.is_empty()) {
        match to.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(len) => done += len,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => late()?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads until `message` is full. Returns false if the channel was closed after the last
/// message. Fails with `UnexpectedEof` if it was closed in the middle of one. For `late`,
/// see [`write_message`].
#[inline]
fn read_message(
    from: &mut impl Read,
    message: &mut [u8],
    late: &mut impl FnMut() -> io::Result<()>,
) -> io::Result<bool> {
    let mut done = 0;
    while let Some(rest) = message.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) if done == 0 => return Ok(false),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(len) => done += len,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => late()?,
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Sends back each message of `size` bytes, until the channel is closed.
pub(super) fn answer_stream(
    mut from: impl Read,
    mut to: impl Write,
    size: usize,
) -> io::Result<()> {
    if size == 0 {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "a stream has no empty messages",
        ));
    }
    let mut message = vec![0; size];
    // This side has no timeout: it waits as long as the asker exists.
    let mut late = || Err(ErrorKind::WouldBlock.into());
    while read_message(&mut from, &mut message, &mut late)? {
        to.write_all(&message)?;
    }
    Ok(())
}

/// Sends back each datagram, up to `size` bytes, until an empty one arrives.
pub(super) fn answer_datagrams(mut socket: &File, size: usize) -> io::Result<()> {
    let mut message = vec![0; size];
    loop {
        match socket.read(&mut message) {
            Ok(0) => return Ok(()),
            Ok(len) => socket.write_all(message.get(..len).unwrap_or_default())?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns its bytes in pieces of at most this many.
    struct Dribs<'a>(&'a [u8], usize);

    impl Read for Dribs<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let len = self.0.len().min(self.1).min(to.len());
            self.0.read(&mut to[..len])
        }
    }

    #[test]
    fn messages_are_made_of_bytes_however_these_are_cut() {
        let bytes: Vec<u8> = (0..120).collect();
        for piece in [1, 7, 12, 500] {
            let mut back = Vec::new();
            answer_stream(Dribs(&bytes, piece), &mut back, 12).unwrap();
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn an_end_between_messages_is_the_end_and_one_within_is_an_error() {
        let mut back = Vec::new();
        answer_stream(&[][..], &mut back, 12).unwrap();
        let cut = answer_stream(&[1; 20][..], &mut back, 12).unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(back, [1; 12]);
        assert!(answer_stream(&[][..], &mut back, 0).is_err());
    }

    #[test]
    fn datagrams_come_back_as_they_are_and_an_empty_one_is_the_end() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let theirs = File::from(OwnedFd::from(theirs));
        for message in [&b"one"[..], b"and two", b""] {
            ours.send(message).unwrap();
        }
        answer_datagrams(&theirs, 64).unwrap();
        let mut got = [0; 64];
        for message in [&b"one"[..], b"and two"] {
            let len = ours.recv(&mut got).unwrap();
            assert_eq!(&got[..len], message);
        }
    }
}
