// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests whose answers are read later, or never.

use super::WAIT;
use parley::uapi::{self, ask, cmd};
use parley::Result;
use parley_netlink::genl::{self, message};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::Kind;
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::Socket;

/// A socket, and the number of parley's family.
pub struct Raw {
    pub socket: Socket,
    pub family: u16,
}

impl Raw {
    /// Opens a socket with a long timeout.
    pub fn new() -> Self {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        let family = genl::resolve(&mut socket, uapi::FAMILY_NAME).unwrap().id;
        socket.set_timeout(WAIT).unwrap();
        Self { socket, family }
    }

    /// Writes a request. Returns its sequence number and its bytes.
    pub fn request(
        &mut self,
        cmd: u8,
        modifiers: u16,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> (u32, Vec<u8>) {
        let seq = self.socket.next_seq();
        (seq, request(self.family, cmd, modifiers, seq, fill))
    }

    /// Sends a request. Returns its sequence number.
    pub fn send(
        &mut self,
        cmd: u8,
        modifiers: u16,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> u32 {
        let (seq, request) = self.request(cmd, modifiers, fill);
        self.socket.send(&request).unwrap();
        seq
    }

    /// Asks the agent, and does not wait. Returns the sequence number.
    pub fn ask(&mut self, question: &[u8], timeout_ms: u32, modifiers: u16) -> u32 {
        self.send(cmd::ASK, modifiers, |writer| {
            writer.bytes(ask::QUESTION, question)?;
            writer.u32(ask::TIMEOUT_MS, timeout_ms)
        })
    }

    /// Begins a dump of the counters, and reads one of them.
    pub fn begin_dump(&mut self) {
        let dump = parley_netlink::netlink::message::flags::DUMP;
        let (seq, request) = self.request(cmd::COUNTER_GET, dump, |_| Ok(()));
        self.socket.transact(&request, seq, Expect::Reply).unwrap();
    }

    /// The next message: its sequence number and its kind.
    pub fn next(&mut self) -> (u32, Kind) {
        let message = self.socket.next_message(|_| true).unwrap();
        (message.header.seq, message.kind().unwrap())
    }

    /// The next message, which must be a refusal: its sequence number, errno and message.
    pub fn refused(&mut self) -> (u32, i32, String) {
        match self.next() {
            (seq, Kind::Refused(refusal)) => {
                (seq, refusal.errno, refusal.message.unwrap_or_default())
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}

/// The bytes of a request to `family`.
pub fn request(
    family: u16,
    cmd: u8,
    modifiers: u16,
    seq: u32,
    fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Vec<u8> {
    let mut request = Vec::new();
    let cmd = (cmd, uapi::FAMILY_VERSION);
    message::write(&mut request, family, cmd, modifiers, seq, fill).unwrap();
    request
}
