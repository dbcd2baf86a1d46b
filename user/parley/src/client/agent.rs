// SPDX-License-Identifier: MIT OR Apache-2.0

//! The agent, which answers the questions that the kernel passes on.

use crate::uapi::{self, AnswerRequest, Client, QuestionEvent};
use parley_netlink::genl::{controller, message};
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{Error, Result, Socket};
use std::time::Duration;

/// Makes its socket the agent of this network namespace until it is dropped.
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
    client: Client,
    /// Whether the family is gone.
    ended: bool,
    /// Whether messages were lost. The end of the family may have been one of them.
    in_doubt: bool,
}

/// A question, as the agent receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// Its number, which the answer must have.
    pub id: u64,
    /// The question's text: 1 to [`QUESTION_MAX`](uapi::QUESTION_MAX) bytes.
    pub question: Vec<u8>,
    /// The asker's netlink port.
    pub portid: u32,
}

impl Agent {
    /// Opens a socket and makes it the agent. Needs `CAP_NET_ADMIN`.
    ///
    /// The kernel refuses this with `EBUSY` if the namespace has an agent.
    pub fn register() -> Result<Self> {
        Self::over(Socket::open(libc::NETLINK_GENERIC)?)
    }

    /// Like [`register`](Self::register), with a socket that is already open.
    pub fn over(mut socket: Socket) -> Result<Self> {
        // Joined before the family is resolved, to learn of the end of this very family.
        socket.join(controller::NOTIFY)?;
        let mut client = Client::over(socket)?;
        let registered = client.agent_register();
        let mut agent = Self {
            client,
            ended: false,
            in_doubt: false,
        };
        agent.noted(registered)?;
        Ok(agent)
    }

    /// Returns the socket, to set its buffer.
    pub fn socket(&mut self) -> &mut Socket {
        self.client.inner().socket()
    }

    /// Waits for the next question, for `timeout` or indefinitely without one.
    ///
    /// Fails with [`Error::NoFamily`] if the module is unloaded, and with
    /// [`Error::Overrun`] if the socket had no room for a question. The kernel refused
    /// that question, so none is lost. Questions that had room are returned first.
    pub fn next_question(&mut self, timeout: Option<Duration>) -> Result<Question> {
        if !self.ended {
            let client = self.client.inner();
            let family = client.family().id;
            let socket = client.socket();
            if self.in_doubt {
                controller::check(socket, family, uapi::FAMILY_NAME)?;
            }
            let usual = socket.timeout();
            match timeout {
                Some(timeout) => socket.set_timeout(timeout)?,
                None => socket.wait_for_ever()?,
            }
            let question = wait(socket, family);
            socket.set_timeout(usual)?;
            self.in_doubt = matches!(question, Err(Error::Overrun));
            if let Some(question) = question? {
                return Ok(question);
            }
            self.ended = true;
        }
        Err(Error::NoFamily(uapi::FAMILY_NAME.to_owned()))
    }

    /// Answers the question `id` with at most
    /// [`ANSWER_MAX`](uapi::ANSWER_MAX) bytes.
    ///
    /// The kernel refuses this with `ENOENT` if the question is no longer pending,
    /// because it timed out or its asker is gone.
    pub fn answer(&mut self, id: u64, answer: &[u8]) -> Result<()> {
        let request = AnswerRequest::new().id(id).answer(answer);
        let answered = self.client.answer(&request);
        self.noted(answered)
    }

    /// Declines the question `id`: its asker gets `ECANCELED` at once, and does not wait
    /// for the timeout.
    ///
    /// The kernel refuses this with `ENOENT`, like [`Self::answer`], if the question is
    /// no longer pending.
    pub fn decline(&mut self, id: u64) -> Result<()> {
        let request = AnswerRequest::new().id(id).declined(true);
        let declined = self.client.answer(&request);
        self.noted(declined)
    }

    /// Records whether a call has lost messages. The socket keeps the questions that
    /// arrive during a call.
    fn noted(&mut self, ended: Result<()>) -> Result<()> {
        self.in_doubt |= matches!(ended, Err(Error::Overrun));
        ended
    }
}

/// Waits for a question, or for the end of the family.
fn wait(socket: &mut Socket, family: u16) -> Result<Option<Question>> {
    let message = socket.next_message(|message| {
        question(message, family).is_some() || controller::is_end(message, family)
    })?;
    question(&message, family).transpose()
}

/// Reads a question, if `message` is one.
fn question(message: &Message<'_>, family: u16) -> Option<Result<Question>> {
    if message.header.kind != family {
        return None;
    }
    let (cmd, attributes) = message::read(message).ok()?;
    (cmd == uapi::cmd::QUESTION).then(|| {
        let read = QuestionEvent::read(attributes)?;
        Ok(Question {
            id: read.id()?,
            question: read.question()?.to_vec(),
            portid: read.portid()?,
        })
    })
}
