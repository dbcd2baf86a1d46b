// SPDX-License-Identifier: GPL-2.0

//! `agent-register`, `ask`, `answer`, and the message `question`: what the kernel asks of a process
//! of user space, for another.

#![forbid(unsafe_code)]

use crate::{
    genl::{
        self,
        size,
        Bytes,
        Do,
        Flag,
        Kept,
        Namespace,
        Permission,
        Refusal,
        Request,
        Uint,
        U32, //
    },
    state::{
        questions::Fault,
        Net, //
    },
    uapi::{
        self,
        ask,
        cmd, //
    },
};
use kernel::{
    prelude::*,
    time::{
        ClockSource,
        Monotonic, //
    },
};

const NS_PER_MS: u64 = 1_000_000;

/// The time by which questions are due, in ns.
fn now() -> u64 {
    // The monotonic clock never shows a time before boot.
    Monotonic::ktime_get().unsigned_abs()
}

impl From<Fault> for Refusal<'_> {
    #[cold]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::AgentExists => Self::new(EBUSY, c"the namespace has an agent already"),
            Fault::NoAgent => Self::new(ENOTCONN, c"the namespace has no agent"),
            Fault::Full => Self::new(
                EBUSY,
                c"1024 questions of this namespace are pending, the limit",
            ),
            Fault::SocketFull => {
                Self::new(EBUSY, c"64 questions of this socket are pending, the limit")
            }
            Fault::NoMemory => Self::new(ENOMEM, c"no memory for another question"),
            Fault::NotTheAgent => Self::new(EPERM, c"only the namespace's agent may answer"),
            Fault::NotPending => Self::new(ENOENT, c"no such question is pending"),
        }
    }
}

/// The operation `agent-register`.
pub(crate) struct AgentRegister;

impl Do for AgentRegister {
    const CMD: u8 = cmd::AGENT_REGISTER;
    const PERMISSION: Permission = Permission::NetAdmin;
    type State = Net;
    type Args<'a> = ();

    fn handle<'a>(request: &Request<'a, Net>, (): ()) -> Result<(), Refusal<'a>> {
        let agent = Kept::new(request)?;
        let questions = request.state().questions();
        questions.register(agent, || request.acknowledge())?;
        Ok(())
    }
}

/// The operation `ask`.
pub(crate) struct Ask;

genl::arguments! {
    /// What `ask` takes.
    pub(crate) struct AskArgs {
        question: Bytes<1, { uapi::QUESTION_MAX }> = ask::QUESTION,
        timeout_ms [optional]: U32<1, { uapi::TIMEOUT_MS_MAX }> = ask::TIMEOUT_MS,
    }
}

impl Do for Ask {
    const CMD: u8 = cmd::ASK;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = AskArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: AskArgs<'a>) -> Result<(), Refusal<'a>> {
        let question = args.question.value;
        let room = size::bytes(question.len()) + size::UINT + size::U32;
        let timeout = args
            .timeout_ms
            .map_or(uapi::TIMEOUT_MS_DEFAULT, |timeout| timeout.value);
        let timeout = u64::from(timeout) * NS_PER_MS;
        let asker = Kept::new(request)?;
        request.state().questions().ask(
            asker,
            now() + timeout,
            |agent, id| {
                let mut message = request.message(cmd::QUESTION, room)?;
                let mut attrs = message.attrs();
                attrs.put_uint(ask::ID, id)?;
                attrs.put_bytes(ask::QUESTION, question)?;
                attrs.put_u32(ask::PORTID, request.portid())?;
                let sent = agent.send(message);
                sent.map_err(|error| undelivered(error, agent.is_closed()))?;
                request.acknowledge();
                Ok(())
            },
            || request.namespace().wake_in(timeout),
        )
    }
}

/// Why a question did not reach the agent.
#[cold]
fn undelivered<'a>(error: Error, is_closed: bool) -> Refusal<'a> {
    match error {
        ECONNREFUSED if is_closed => Fault::NoAgent.into(),
        // It has connected its socket to another than the kernel.
        ECONNREFUSED => Refusal::new(EBUSY, c"the agent's socket takes no questions"),
        EAGAIN => Refusal::new(EBUSY, c"the agent's socket has no room"),
        error => Refusal::new(error, c"the question could not be delivered"),
    }
}

/// The operation `answer`.
pub(crate) struct Answer;

genl::arguments! {
    /// What `answer` takes.
    pub(crate) struct AnswerArgs {
        id: Uint = ask::ID,
        answer [optional]: Bytes<0, { uapi::ANSWER_MAX }> = ask::ANSWER,
        declined [optional]: Flag = ask::DECLINED,
    }
}

impl Do for Answer {
    const CMD: u8 = cmd::ANSWER;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = AnswerArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: AnswerArgs<'a>) -> Result<(), Refusal<'a>> {
        let id = args.id.value;
        let questions = request.state().questions();
        let answer = match (&args.answer, &args.declined) {
            (Some(answer), None) => answer.value,
            (None, Some(_)) => return Ok(questions.decline(request, id)?),
            (Some(_), Some(declined)) => {
                let refusal = Refusal::new(EINVAL, c"either an answer or declined, not both");
                return Err(refusal.at(declined.attr));
            }
            (None, None) => return Err(Refusal::new(EINVAL, c"neither an answer nor declined")),
        };
        // Before the question is ended, so that none ends that cannot be answered.
        let mut reply = request.message(cmd::ASK, size::UINT + size::bytes(answer.len()))?;
        let mut attrs = reply.attrs();
        attrs.put_uint(ask::ID, id)?;
        attrs.put_bytes(ask::ANSWER, answer)?;
        match questions.answer(request, id, reply)? {
            Ok(()) => Ok(()),
            // Its asker has closed its socket, or connected it to another than the kernel: the
            // question is no longer pending.
            Err(ECONNREFUSED) => Err(Fault::NotPending.into()),
            Err(EAGAIN) => Err(Refusal::new(ENOBUFS, c"the asker's socket has no room")),
            Err(error) => Err(Refusal::new(error, c"the answer could not be delivered")),
        }
    }
}

/// Forgets a socket that was closed.
pub(crate) fn socket_closed(namespace: Namespace<'_, Net>, portid: u32) {
    let questions = namespace.state().questions();
    questions.socket_closed(portid, || namespace.wake_in(0));
}

/// Ends the questions that nobody has answered in time.
pub(crate) fn time_out(namespace: Namespace<'_, Net>) {
    let now = now();
    let questions = namespace.state().questions();
    questions.time_out(now, |due| namespace.wake_in(due.saturating_sub(now)));
}
