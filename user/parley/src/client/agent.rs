// SPDX-License-Identifier: MIT OR Apache-2.0

//! The agent: who answers the questions that the kernel passes on.

use crate::uapi::{self, ask, cmd};
use parley_netlink::genl::{self, controller, message};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::{Error, Result, Socket};
use std::time::Duration;

/// The agent of this network namespace, for as long as it lives.
///
/// ```no_run
/// use parley::client::Agent;
///
/// let mut agent = Agent::register()?;
/// loop {
///     let asked = agent.next_question(None)?;
///     agent.answer(asked.id, &asked.question.to_ascii_uppercase())?;
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), parley::Error>(())
/// ```
#[derive(Debug)]
pub struct Agent {
    client: genl::Client,
    /// The family is gone.
    ended: bool,
    /// Messages were lost, and the end of the family may have been one of them.
    in_doubt: bool,
}

/// A question, as the agent gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// Its number, by which it is answered.
    pub id: u64,
    /// What is asked: 1 to [`QUESTION_MAX`](uapi::QUESTION_MAX) bytes.
    pub question: Vec<u8>,
    /// The asker's netlink port.
    pub portid: u32,
}

impl Agent {
    /// Opens a socket and makes it the agent. Needs `CAP_NET_ADMIN`.
    ///
    /// Refused with `EBUSY` where the namespace has an agent.
    pub fn register() -> Result<Self> {
        Self::over(Socket::open(libc::NETLINK_GENERIC)?)
    }

    /// As [`register`](Self::register), with a socket that is open.
    pub fn over(mut socket: Socket) -> Result<Self> {
        // Before the family is resolved, to learn of the end of this very one.
        socket.join(controller::NOTIFY)?;
        let mut agent = Self {
            client: genl::Client::over(socket, &uapi::FAMILY)?,
            ended: false,
            in_doubt: false,
        };
        agent.call(cmd::AGENT_REGISTER, |_| Ok(()))?;
        Ok(agent)
    }

    /// The socket, for its buffer.
    pub fn socket(&mut self) -> &mut Socket {
        self.client.socket()
    }

    /// Waits for the next question: for `timeout`, or without one for as long as
    /// it takes.
    ///
    /// Fails with [`Error::NoFamily`] where the module is unloaded, and with
    /// [`Error::Overrun`] where the socket had no room for a question: that one
    /// was refused, and none is lost. Those for which there was room come before.
    pub fn next_question(&mut self, timeout: Option<Duration>) -> Result<Question> {
        if !self.ended {
            if self.in_doubt {
                let family = self.client.family().id;
                controller::check(self.client.socket(), family, uapi::FAMILY_NAME)?;
            }
            let usual = self.client.socket().timeout();
            match timeout {
                Some(timeout) => self.client.set_timeout(timeout)?,
                None => self.client.socket().wait_for_ever()?,
            }
            let question = self.wait();
            self.client.set_timeout(usual)?;
            self.in_doubt = matches!(question, Err(Error::Overrun));
            if let Some(question) = question? {
                return Ok(question);
            }
            self.ended = true;
        }
        Err(Error::NoFamily(uapi::FAMILY_NAME.to_owned()))
    }

    /// Waits for a question, or for the end of the family.
    fn wait(&mut self) -> Result<Option<Question>> {
        let family = self.client.family().id;
        let message = self.client.socket().next_message(|message| {
            read_question(message, family).is_some() || controller::is_end(message, family)
        })?;
        read_question(&message, family).transpose()
    }

    /// Answers the question `id` with at most
    /// [`ANSWER_MAX`](uapi::ANSWER_MAX) bytes.
    ///
    /// Refused with `ENOENT` where it waits no longer: its time is over, or its
    /// asker has gone.
    pub fn answer(&mut self, id: u64, answer: &[u8]) -> Result<()> {
        self.call(cmd::ANSWER, |attributes| {
            attributes.uint(ask::ID, id)?;
            attributes.bytes(ask::ANSWER, answer)
        })
    }

    /// Declines the question `id`: its asker gets `ECANCELED` at once instead of waiting
    /// for the timeout.
    ///
    /// Refused with `ENOENT`, as [`Self::answer`] is, if the question is no longer
    /// pending.
    pub fn decline(&mut self, id: u64) -> Result<()> {
        self.call(cmd::ANSWER, |attributes| {
            attributes.uint(ask::ID, id)?;
            attributes.flag(ask::DECLINED)
        })
    }

    /// A request that an ACK ends. The socket keeps the questions that come before that.
    fn call(&mut self, cmd: u8, fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<()> {
        let ended = self.client.call(cmd, 0, Expect::Ack, fill).map(drop);
        self.in_doubt |= matches!(ended, Err(Error::Overrun));
        ended
    }
}

/// Reads a question, if `message` is one.
fn read_question(message: &Message<'_>, family: u16) -> Option<Result<Question>> {
    if message.header.kind != family {
        return None;
    }
    let (cmd, attributes) = message::read(message).ok()?;
    if cmd != cmd::QUESTION {
        return None;
    }
    let (mut id, mut question, mut portid) = (None, None, None);
    for attribute in attributes {
        let read = attribute.and_then(|attribute| {
            match attribute.number {
                ask::ID => id = Some(attribute.uint()?),
                ask::QUESTION => question = Some(attribute.payload.to_vec()),
                ask::PORTID => portid = Some(attribute.u32()?),
                _ => {}
            }
            Ok(())
        });
        if let Err(error) = read {
            return Some(Err(error));
        }
    }
    Some(match (id, question, portid) {
        (Some(id), Some(question), Some(portid)) => Ok(Question {
            id,
            question,
            portid,
        }),
        (None, ..) => Err(Error::Absent("ask.id")),
        (_, None, _) => Err(Error::Absent("ask.question")),
        (.., None) => Err(Error::Absent("ask.portid")),
    })
}
