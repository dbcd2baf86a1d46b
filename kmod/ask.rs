// SPDX-License-Identifier: GPL-2.0

//! `agent-register`, `ask`, `answer`, and the message `question`: a process asks a question, and
//! the kernel passes it to the process that has registered as the agent.

#![forbid(unsafe_code)]

use crate::{
    genl::prelude::*,
    parley::*,
    state::{
        questions::Fault,
        Net, //
    }, //
};
use kernel::prelude::*;

const NS_PER_MS: u64 = 1_000_000;

impl From<Fault> for ExtAck<'_> {
    #[cold]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::AgentExists => Self::new(EBUSY, c"the namespace already has an agent"),
            Fault::NoAgent => Self::new(ENOTCONN, c"the namespace has no agent"),
            Fault::Full => Self::new(
                EBUSY,
                c"limit of 1024 pending questions in this namespace reached",
            ),
            Fault::SocketFull => Self::new(
                EBUSY,
                c"limit of 64 pending questions from this socket reached",
            ),
            Fault::NoMemory => Self::new(ENOMEM, c"no memory for another question"),
            Fault::NotTheAgent => Self::new(EPERM, c"only the namespace's agent may answer"),
            Fault::NotPending => Self::new(ENOENT, c"no such question is pending"),
        }
    }
}

impl KeepOp<AgentRegister> for Net {
    fn handle<'a>(
        &'a self,
        call: &Call<'a, Self, AgentRegister>,
        agent: Kept<Self, AgentRegister>,
    ) -> Result<(), ExtAck<'a>> {
        Ok(self.questions().register(agent, || call.acknowledge())?)
    }
}

impl KeepOp<Ask> for Net {
    fn handle<'a>(
        &'a self,
        call: &Call<'a, Self, Ask>,
        asker: Kept<Self, Ask>,
    ) -> Result<(), ExtAck<'a>> {
        let question = call.request.question().required()?.value;
        let timeout = call.request.timeout_ms().get()?;
        let timeout = timeout.map_or(TIMEOUT_MS_DEFAULT, |timeout| timeout.value);
        let timeout = u64::from(timeout) * NS_PER_MS;
        self.questions().ask(
            asker,
            Self::now() + timeout,
            |agent, id| {
                let message = Question {
                    id: Some(id),
                    question: Some(question),
                    portid: Some(call.portid()),
                };
                let sent = agent.send(call, &message);
                sent.map_err(|error| delivery_error(error, agent.is_closed()))?;
                call.acknowledge();
                Ok(())
            },
            || call.namespace().set_timer(timeout),
        )
    }
}

/// Why a question did not reach the agent.
#[cold]
fn delivery_error<'a>(error: Error, is_closed: bool) -> ExtAck<'a> {
    match error {
        ECONNREFUSED if is_closed => Fault::NoAgent.into(),
        // The agent has connected its socket to another port than the kernel's.
        ECONNREFUSED => ExtAck::new(
            EBUSY,
            c"the agent's socket does not accept messages from the kernel",
        ),
        EAGAIN => ExtAck::new(EBUSY, c"the agent's receive buffer is full"),
        error => ExtAck::new(error, c"the question could not be delivered"),
    }
}

impl DoOp<Answer> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Answer>) -> Handled<'a, Answer> {
        let request = &call.request;
        let id = request.id().required()?.value;
        let answer = match (request.answer().get()?, request.declined().get()?) {
            (Some(answer), None) => answer.value,
            (None, Some(_)) => return Ok(self.questions().decline(call, id)?),
            (Some(_), Some(declined)) => {
                let error = ExtAck::new(EINVAL, c"answer and declined are mutually exclusive");
                return Err(error.at(declined));
            }
            (None, None) => return Err(ExtAck::new(EINVAL, c"answer or declined is required")),
        };
        let reply = ask::Reply {
            id: Some(id),
            answer: Some(answer),
        };
        // Built before the question is ended, so that no question ends if its answer cannot be
        // built.
        let reply = Prepared::new(call, &reply)?;
        match self.questions().answer(call, id, reply)? {
            Ok(()) => Ok(()),
            // The asker has closed its socket, or connected it to another port than the kernel's:
            // the question is no longer pending.
            Err(ECONNREFUSED) => Err(Fault::NotPending.into()),
            Err(EAGAIN) => Err(ExtAck::new(ENOBUFS, c"the asker's receive buffer is full")),
            Err(error) => Err(ExtAck::new(error, c"the answer could not be delivered")),
        }
    }
}

/// Forgets a socket that was closed.
pub(crate) fn socket_closed(namespace: Namespace<'_, Net>, portid: u32) {
    let questions = namespace.state().questions();
    questions.socket_closed(portid, || namespace.set_timer(0));
}

/// Ends the questions whose deadline has passed without an answer.
pub(crate) fn time_out(entered: &Entered<'_, Net>) {
    let (now, namespace) = (Net::now(), entered.namespace());
    let questions = namespace.state().questions();
    questions.time_out(now, |due| namespace.set_timer(due.saturating_sub(now)));
}
