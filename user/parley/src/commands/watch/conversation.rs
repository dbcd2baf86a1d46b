// SPDX-License-Identifier: MIT OR Apache-2.0

//! Matches messages to processes, and replies to requests.

use crate::nlmon::Datagram;
use crate::output::watched::{family, Program};
use crate::processes::Ports;
use parley_netlink::explain::{Direction, Headline};
use parley_netlink::netlink::message::{flags, Header, Messages};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How long to hold back a request until its reply arrives, which contains the port. The
/// kernel handles most requests before sendto(2) returns.
pub(super) const HOLD: Duration = Duration::from_millis(50);
/// The maximum number of requests that are remembered.
const REQUESTS_MAX: usize = 256;

/// A request that was seen.
struct PendingRequest {
    protocol: u16,
    seq: u32,
    port: Option<u32>,
    family: String,
    operation: String,
}

/// The place of a message in its conversation.
pub(super) struct Turn {
    pub(super) program: Program,
    /// The family and the operation of its request.
    pub(super) request: Option<(String, String)>,
    pub(super) is_below: bool,
}

/// The protocol, the sequence number and the port that related messages share.
type Key = (u16, u32, Option<u32>);

pub(super) struct Conversations {
    ports: Ports,
    requests: VecDeque<PendingRequest>,
    /// The message that was shown last.
    last: Option<Key>,
}

/// The headers of a datagram's messages.
fn headers(datagram: &Datagram) -> impl Iterator<Item = Header> + '_ {
    let messages = Messages::new(&datagram.bytes);
    messages.map_while(Result::ok).map(|message| message.header)
}

fn is_request(header: &Header) -> bool {
    header.flags & flags::REQUEST != 0
}

/// The replies in a batch: for each protocol and sequence number, the positions and the
/// ports, in the order of the batch.
type Replies = BTreeMap<(u16, u32), Vec<(usize, u32)>>;

fn replies(batch: &[Datagram]) -> Replies {
    let mut replies = Replies::new();
    for (place, reply) in batch.iter().enumerate() {
        let header = headers(reply).next();
        if let Some(header) = header.filter(|header| !is_request(header) && header.portid != 0) {
            let key = (reply.protocol, header.seq);
            replies.entry(key).or_default().push((place, header.portid));
        }
    }
    replies
}

/// Counts the requests with each sequence number of a protocol.
fn request_counts(batch: &[Datagram]) -> BTreeMap<(u16, u32), usize> {
    let mut asked = BTreeMap::new();
    for request in batch {
        for header in headers(request).filter(is_request) {
            *asked.entry((request.protocol, header.seq)).or_default() += 1;
        }
    }
    asked
}

/// Returns the port that sent the request at `place` of a batch, taken from the first
/// reply after it, and the sequence number of that reply.
fn sender(batch: &[Datagram], replies: &Replies, place: usize) -> Option<(u32, u32)> {
    let request = batch.get(place)?;
    let first = headers(request).filter_map(|header| {
        let all = replies.get(&(request.protocol, header.seq))?;
        let behind = all.partition_point(|(at, _)| *at <= place);
        all.get(behind).map(|(at, port)| (*at, *port, header.seq))
    });
    first.min().map(|(_, port, seq)| (port, seq))
}

/// A port, and whether it is a guess.
pub(super) type Port = Option<(u32, bool)>;

impl Conversations {
    pub(super) fn new(ports: Ports) -> Self {
        Self {
            ports,
            requests: VecDeque::new(),
            last: None,
        }
    }

    /// Reads which processes have ports now.
    pub(super) fn look(&mut self) {
        self.ports.refresh();
    }

    /// Returns whether a batch has a request from an unknown port.
    pub(super) fn is_unanswered(batch: &[Datagram]) -> bool {
        let replies = replies(batch);
        let is_of_unknown = |(place, datagram): (usize, &Datagram)| {
            headers(datagram).any(|header| is_request(&header))
                && headers(datagram).all(|header| header.portid == 0)
                && sender(batch, &replies, place).is_none()
        };
        batch.iter().enumerate().any(is_of_unknown)
    }

    /// Returns the port of the program for each datagram of a batch. The port of a
    /// request is a guess if only the request itself names it, because the kernel does
    /// not check that field, or if there is another request with its number, which may
    /// come from another program.
    pub(super) fn ports(batch: &[Datagram]) -> Vec<Port> {
        let (replies, asked) = (replies(batch), request_counts(batch));
        let port = |(place, datagram): (usize, &Datagram)| {
            let header = headers(datagram).next()?;
            if !is_request(&header) {
                return Some((header.portid, false)).filter(|(port, _)| *port != 0);
            }
            if let Some((port, seq)) = sender(batch, &replies, place) {
                let key = (datagram.protocol, seq);
                return Some((port, asked.get(&key).is_some_and(|count| *count > 1)));
            }
            let own = headers(datagram).map(|header| header.portid);
            own.filter(|port| *port != 0)
                .last()
                .map(|port| (port, true))
        };
        batch.iter().enumerate().map(port).collect()
    }

    /// Returns the place of a message that `port` sends or receives.
    pub(super) fn turn(
        &mut self,
        (protocol, to): (u16, Direction),
        headline: &Headline,
        port: Port,
    ) -> Turn {
        let is_guess = port.is_some_and(|(_, is_guess)| is_guess);
        let port = port.map(|(port, _)| port);
        if to == Direction::ToKernel {
            let guess = match port {
                None => self.guess(protocol, headline.seq),
                Some(_) => None,
            };
            self.requests.push_back(PendingRequest {
                protocol,
                seq: headline.seq,
                port,
                family: family(protocol, headline),
                operation: headline.operation.clone(),
            });
            if self.requests.len() > REQUESTS_MAX {
                self.requests.pop_front();
            }
            return Turn {
                program: self.program(protocol, port.or(guess), is_guess || guess.is_some()),
                request: None,
                is_below: false,
            };
        }
        let is_its = |asked: &&PendingRequest| {
            (asked.protocol, asked.seq) == (protocol, headline.seq)
                && (asked.port.is_none() || asked.port == port)
        };
        // Events without a request have the number 0 and no port.
        let asked = self.requests.iter().rev().find(is_its);
        let asked = asked.filter(|_| port.is_some());
        let is_below = asked.is_some_and(|asked| {
            let is_last = |port| self.last == Some((protocol, asked.seq, port));
            is_last(asked.port) || is_last(port)
        });
        let request = asked.map(|asked| (asked.family.clone(), asked.operation.clone()));
        Turn {
            program: self.program(protocol, port, false),
            request,
            is_below,
        }
    }

    /// Records that a message was shown.
    pub(super) fn shown(&mut self, protocol: u16, headline: &Headline, port: Port) {
        self.last = Some((protocol, headline.seq, port.map(|(port, _)| port)));
    }

    /// Guesses the port of a request: the port whose previous request had the preceding
    /// number, as most programs count upwards, or the only port.
    fn guess(&self, protocol: u16, seq: u32) -> Option<u32> {
        let (mut seen, mut next) = (BTreeSet::new(), BTreeSet::new());
        for asked in self.requests.iter().rev() {
            let Some(port) = asked.port.filter(|_| asked.protocol == protocol) else {
                continue;
            };
            // Only a port's latest request counts.
            if seen.insert(port) && asked.seq.wrapping_add(1) == seq {
                next.insert(port);
            }
        }
        if next.len() > 1 {
            next.retain(|port| self.ports.is_open(protocol, *port));
        }
        match (next.len(), next.first()) {
            (1, Some(port)) => Some(*port),
            _ => self.ports.only(protocol),
        }
    }

    fn program(&self, protocol: u16, port: Option<u32>, is_guess: bool) -> Program {
        let known = port.and_then(|port| self.ports.process_of(protocol, port));
        Program {
            port,
            is_guess: is_guess || known.as_ref().is_some_and(|process| process.is_guess),
            process: known.map(|process| (process.pid, process.name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_netlink::explain::Context;
    use parley_netlink::netlink::message;
    use std::fs;
    use std::path::PathBuf;
    use std::time::SystemTime;

    const ROUTE: u16 = libc::NETLINK_ROUTE as u16;
    const GENERIC: u16 = libc::NETLINK_GENERIC as u16;

    /// A datagram of messages with these numbers and ports.
    fn datagram(protocol: u16, flags: u16, ids: &[(u32, u32)]) -> Datagram {
        let mut bytes = Vec::new();
        for (seq, port) in ids {
            let start = bytes.len();
            bytes.extend(message::header(18, flags, *seq));
            bytes[start + 12..].copy_from_slice(&port.to_ne_bytes());
            message::finish(&mut bytes, start).unwrap();
        }
        Datagram {
            time: SystemTime::now(),
            protocol,
            whole: bytes.len(),
            bytes,
        }
    }

    fn request(seq: u32, port: u32) -> Datagram {
        datagram(ROUTE, flags::REQUEST, &[(seq, port)])
    }

    fn reply(seq: u32, port: u32) -> Datagram {
        datagram(ROUTE, 0, &[(seq, port)])
    }

    #[test]
    fn a_reply_names_the_port_of_its_request_better_than_the_request_itself() {
        let two = datagram(ROUTE, flags::REQUEST, &[(5, 0), (6, 0)]);
        let other = datagram(GENERIC, 0, &[(1, 80)]);
        let batch = [
            request(1, 0),
            request(2, 77),
            other,
            reply(1, 41),
            two,
            reply(2, 42),
            reply(6, 43),
            reply(0, 0),
        ];
        let ports = Conversations::ports(&batch);
        let expected = [41, 42, 80, 41, 43, 42, 43].map(|port| Some((port, false)));
        assert_eq!(ports[..7], expected);
        assert_eq!(ports[7], None);
        assert!(!Conversations::is_unanswered(&batch));
        // An earlier reply is not an answer to this request.
        assert!(Conversations::is_unanswered(&[reply(3, 41), request(3, 0)]));
        // A port that only the request states may be false.
        assert_eq!(Conversations::ports(&[request(3, 77)]), [Some((77, true))]);
        // Two programs may use the same number at a time.
        let batch = [request(1, 0), request(1, 0), reply(1, 41), reply(1, 42)];
        assert_eq!(Conversations::ports(&batch)[..2], [Some((41, true)); 2]);
    }

    #[test]
    fn many_messages_in_a_datagram_take_no_time() {
        let ids: Vec<_> = (0..13_000).map(|seq| (seq, 0)).collect();
        let long = || datagram(ROUTE, flags::REQUEST, &ids);
        let mut batch: Vec<_> = (0..20).map(|_| long()).collect();
        batch.extend((0..400).map(|_| reply(99_999, 41)));
        assert!(Conversations::is_unanswered(&batch));
        assert_eq!(Conversations::ports(&batch)[..20], [None; 20]);
    }

    /// Conversations with these open ports, whose processes are unknown.
    fn conversations(name: &str, open: &[(u16, u32)]) -> (Conversations, PathBuf) {
        let id = std::process::id();
        let proc = std::env::temp_dir().join(format!("parley-test-{name}-{id}"));
        fs::create_dir_all(proc.join("net")).unwrap();
        let line = |(protocol, port): &(u16, u32)| format!("0 {protocol} {port} 0 0 0 0 2 0 9\n");
        let table: String = open.iter().map(line).collect();
        fs::write(proc.join("net/netlink"), table).unwrap();
        let mut conversations = Conversations::new(Ports::of(&proc));
        conversations.look();
        (conversations, proc)
    }

    /// Returns the turn of a datagram's message, and marks it as shown.
    fn turn(conversations: &mut Conversations, datagram: &Datagram, port: Option<u32>) -> Turn {
        let port = port.map(|port| (port, false));
        let explained = Context::new().explain(datagram.explained());
        let headline = explained.headlines().next().unwrap().0;
        let about = (datagram.protocol, explained.direction);
        let turn = conversations.turn(about, headline, port);
        conversations.shown(datagram.protocol, headline, port);
        turn
    }

    #[test]
    fn replies_are_below_their_request_until_another_message_comes_between() {
        let (mut all, proc) = conversations("below", &[]);
        let mut below = |datagram: &Datagram, port| {
            let turn = turn(&mut all, datagram, port);
            let operation = turn.request.map(|(_, operation)| operation);
            (turn.is_below, operation)
        };
        let asked = Some("RTM_GETLINK".to_owned());
        assert_eq!(below(&request(1, 0), None), (false, None));
        assert_eq!(below(&reply(1, 41), Some(41)), (true, asked.clone()));
        assert_eq!(below(&reply(1, 41), Some(41)), (true, asked.clone()));
        // From another program with the same number.
        assert_eq!(below(&request(1, 0), Some(42)), (false, None));
        assert_eq!(below(&reply(1, 41), Some(41)), (false, asked.clone()));
        assert_eq!(below(&reply(1, 42), Some(42)), (false, asked));
        // An event that no request has caused.
        assert_eq!(below(&reply(0, 0), None), (false, None));
        assert_eq!(below(&reply(7, 41), Some(41)), (false, None));
        for seq in 0..1000 {
            below(&request(seq, 0), Some(41));
        }
        assert_eq!(all.requests.len(), REQUESTS_MAX);
        fs::remove_dir_all(proc).unwrap();
    }

    #[test]
    fn a_request_without_a_reply_is_guessed_by_its_number_or_by_the_only_port() {
        let open = [(ROUTE, 41), (ROUTE, 42), (GENERIC, 50)];
        let (mut all, proc) = conversations("guess", &open);
        let mut guess = |datagram: &Datagram, port| {
            let program = turn(&mut all, datagram, port).program;
            (program.port, program.is_guess)
        };
        assert_eq!(guess(&request(1, 0), Some(41)), (Some(41), false));
        assert_eq!(guess(&request(2, 0), None), (Some(41), true));
        assert_eq!(guess(&request(2, 0), Some(41)), (Some(41), false));
        // The latest request decides, and if two ports fit, there is no guess.
        assert_eq!(guess(&request(2, 0), None), (None, false));
        assert_eq!(guess(&request(2, 0), Some(42)), (Some(42), false));
        assert_eq!(guess(&request(3, 0), None), (None, false));
        let only = datagram(GENERIC, flags::REQUEST, &[(9, 0)]);
        assert_eq!(guess(&only, None), (Some(50), true));
        fs::remove_dir_all(proc).unwrap();
    }
}
