// SPDX-License-Identifier: MIT OR Apache-2.0

//! A fake kernel for tests, which answers each request as the test demands, correctly or
//! not.
//!
//! ```
//! use parley_netlink::netlink::fake::Fake;
//! use parley_netlink::netlink::{message, socket::Expect, Error};
//!
//! const QUESTION: u16 = 0x20;
//! let mut socket = Fake::socket(|request, answers| match request.payload {
//!     b"what" => answers.message(QUESTION, 0, b"this"),
//!     _ => answers.refuse(libc::EINVAL),
//! });
//!
//! let mut ask = |question: &[u8]| {
//!     let seq = socket.next_seq();
//!     let mut request = message::header(QUESTION, message::flags::REQUEST, seq).to_vec();
//!     request.extend_from_slice(question);
//!     message::finish(&mut request, 0)?;
//!     socket.transact(&request, seq, Expect::Reply).map(|reply| reply.payload.to_vec())
//! };
//! assert_eq!(ask(b"what")?, b"this");
//! assert_eq!(ask(b"else").unwrap_err().errno(), Some(libc::EINVAL));
//! # Ok::<(), Error>(())
//! ```

use super::message::{self, flags, Message, Messages, HEADER};
use super::socket::Socket;
use super::transport::{Received, Transport};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The port of a socket on top of a [`Fake`].
pub const PORT: u32 = 77;

/// A test's function that answers a request.
type Script = Box<dyn FnMut(&Message<'_>, &mut Answers) + Send>;

/// A transport with a fake kernel at its other end.
pub struct Fake {
    script: Mutex<Script>,
    answers: Mutex<Answers>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake").finish_non_exhaustive()
    }
}

impl Fake {
    /// Opens a socket to a fake kernel that passes each request to `script`.
    pub fn socket(script: impl FnMut(&Message<'_>, &mut Answers) + Send + 'static) -> Socket<Self> {
        let fake = Self {
            script: Mutex::new(Box::new(script)),
            answers: Mutex::new(Answers::default()),
        };
        Socket::over(fake, PORT)
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of one receive call.
#[derive(Clone, Debug)]
enum Given {
    /// A datagram from this sender, and from the network namespace with this id.
    Datagram(Option<u32>, Option<i32>, Vec<u8>),
    /// `ENOBUFS`.
    Loss,
}

/// The fake kernel's answers. Each call adds a datagram, and the socket receives the
/// datagrams in the order of the calls.
#[derive(Debug, Default)]
pub struct Answers {
    queue: VecDeque<Given>,
    endless: Option<Given>,
    /// The sequence number of the request.
    seq: u32,
}

impl Answers {
    /// Answers the request with a message of this type and these flags.
    pub fn message(&mut self, kind: u16, flags: u16, payload: &[u8]) {
        self.datagram(reply(kind, flags, self.seq, payload));
    }

    /// Answers with an ACK.
    pub fn ack(&mut self) {
        self.refuse(0);
    }

    /// Refuses the request with this errno, a positive number, and without an extended ACK.
    pub fn refuse(&mut self, errno: i32) {
        let payload = [&errno.wrapping_neg().to_ne_bytes()[..], &[0; HEADER]].concat();
        self.message(libc::NLMSG_ERROR as u16, flags::CAPPED, &payload);
    }

    /// Ends a dump.
    pub fn done(&mut self) {
        self.message(libc::NLMSG_DONE as u16, flags::MULTI, &[0; 4]);
    }

    /// Sends these bytes as a datagram.
    pub fn datagram(&mut self, bytes: Vec<u8>) {
        self.datagram_of(Some(0), bytes);
    }

    /// Sends these bytes as if they came from `sender`: the port of a process, or no
    /// port.
    pub fn datagram_of(&mut self, sender: Option<u32>, bytes: Vec<u8>) {
        self.queue.push_back(Given::Datagram(sender, None, bytes));
    }

    /// Sends these bytes as an event from the network namespace with the id `nsid`, as
    /// the kernel does on a socket that listens to all namespaces.
    pub fn datagram_from_namespace(&mut self, nsid: i32, bytes: Vec<u8>) {
        let given = Given::Datagram(Some(0), Some(nsid), bytes);
        self.queue.push_back(given);
    }

    /// Makes the receive call after all datagrams so far fail, as if the socket's buffer
    /// had been full.
    pub fn lose(&mut self) {
        self.queue.push_back(Given::Loss);
    }

    /// Sends these bytes again and again, after all other datagrams.
    pub fn endless(&mut self, sender: Option<u32>, bytes: Vec<u8>) {
        self.endless = Some(Given::Datagram(sender, None, bytes));
    }
}

/// Returns a message to the port of the socket, padded as the kernel pads it.
#[must_use]
pub fn reply(kind: u16, flags: u16, seq: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = message::header(kind, flags, seq).to_vec();
    if let Some(field) = bytes.get_mut(12..HEADER) {
        field.copy_from_slice(&PORT.to_ne_bytes());
    }
    bytes.extend_from_slice(payload);
    // It fails only for 4 GiB; the length then stays 0.
    let _ = message::finish(&mut bytes, 0);
    bytes.resize(bytes.len().next_multiple_of(message::ALIGN), 0);
    bytes
}

impl Transport for Fake {
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        for request in Messages::new(datagram).map_while(Result::ok) {
            let mut answers = self.answers();
            answers.seq = request.header.seq;
            answers.endless = None;
            script(&request, &mut answers);
        }
        Ok(datagram.len())
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        self.receive_from_all(buffer).map(|(received, _)| received)
    }

    fn listen_to_all(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn receive_from_all(&self, buffer: &mut [u8]) -> io::Result<(Received, Option<i32>)> {
        let mut answers = self.answers();
        let given = answers
            .queue
            .pop_front()
            .or_else(|| answers.endless.clone());
        match given {
            Some(Given::Datagram(sender, nsid, bytes)) => {
                let len = bytes.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..len), bytes.get(..len)) {
                    to.copy_from_slice(from);
                }
                Ok((Received::new(len, sender, bytes.len()), nsid))
            }
            Some(Given::Loss) => Err(io::Error::from_raw_os_error(libc::ENOBUFS)),
            None => Err(io::Error::from_raw_os_error(libc::EAGAIN)),
        }
    }

    /// Nothing arrives until the next request, so the timeout passes. Without a timeout
    /// this is an error, because the test would hang.
    fn wait(&self, timeout: Option<Duration>) -> io::Result<()> {
        let answers = self.answers();
        if answers.queue.is_empty() && answers.endless.is_none() {
            let silent = "the made-up kernel has nothing more to say";
            thread::sleep(timeout.ok_or_else(|| io::Error::other(silent))?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::socket::Expect;
    use crate::netlink::Error;

    #[test]
    fn a_loss_comes_in_its_place_and_silence_does_not_hang_a_test() {
        let mut socket = Fake::socket(|_, answers| {
            answers.lose();
            answers.ack();
        });
        let seq = socket.next_seq();
        let request = reply(0x20, flags::REQUEST | flags::ACK, seq, b"");
        let lost = socket.transact(&request, seq, Expect::Ack);
        assert!(matches!(lost, Err(Error::Overrun)));
        assert_eq!(socket.next_message(|_| true).unwrap().header.seq, seq);
        socket.wait_for_ever().unwrap();
        let silent = socket.next_message(|_| true);
        assert!(matches!(silent, Err(Error::Io { call: "poll", .. })));
    }
}
