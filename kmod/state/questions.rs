// SPDX-License-Identifier: GPL-2.0

//! The questions of a network namespace: who answers them, and which wait for their answer.

#![forbid(unsafe_code)]

use crate::genl::{
    Deferred,
    Peer, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    str::CStr,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Mutex, //
    },
};

/// Most questions that may wait in a namespace.
const PENDING_MAX: u64 = 1024;

/// A question that waits for its answer.
struct Pending {
    asker: Deferred,
    /// When it has waited too long, on the clock of whoever asks.
    due: u64,
}

/// What the lock guards.
struct Table {
    agent: Option<Peer>,
    /// By number.
    pending: RBTree<u64, Pending>,
    /// The same questions by when they are due, and number.
    due: RBTree<(u64, u64), ()>,
    last_id: u64,
}

impl Table {
    /// Takes out a question.
    fn take(&mut self, id: u64) -> Option<Deferred> {
        let Pending { asker, due } = self.pending.remove(&id)?;
        self.due.remove(&(due, id));
        Some(asker)
    }

    /// The question that is due first: when that is, and its number.
    fn first_due(&self) -> Option<(u64, u64)> {
        self.due.keys().next().copied()
    }
}

/// Why somebody does not become the agent, or a question is not asked, or an answer not taken.
pub(crate) enum Fault {
    /// There is an agent.
    AgentExists,
    /// There is no agent.
    NoAgent,
    /// As many questions wait as may.
    Full,
    /// There is no memory for another.
    NoMemory,
    /// It is not the agent who answers.
    NotTheAgent,
    /// No such question waits.
    NotPending,
}

/// The questions of a network namespace.
#[pin_data]
pub(crate) struct Questions {
    /// Guards who the agent is and which questions wait. Held while a question, an answer or an
    /// error is put into a socket, which never waits: so an asker reads the ACK before the answer,
    /// and a question ends once. No other lock of ours is taken under it.
    #[pin]
    table: Mutex<Table>,
    /// How many questions wait. Written under the lock, read without.
    pending: Atomic<u64>,
    answered: Atomic<u64>,
}

impl Questions {
    /// No agent and no questions.
    pub(super) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            table <- new_mutex!(
                Table {
                    agent: None,
                    pending: RBTree::new(),
                    due: RBTree::new(),
                    last_id: 0,
                },
                "parley_questions"
            ),
            pending: Atomic::new(0),
            answered: Atomic::new(0),
        })
    }

    /// Makes `agent` the agent; `tell` tells it so, before the first question comes.
    pub(crate) fn register(&self, agent: Peer, tell: impl FnOnce()) -> Result<(), Fault> {
        let mut table = self.table.lock();
        if let Some(other) = &table.agent {
            if !other.is_closed() {
                return Err(Fault::AgentExists);
            }
            // Closed, and about to be told so.
            self.lose_agent(&mut table);
        }
        table.agent = Some(agent);
        tell();
        Ok(())
    }

    /// Notes a question that is due at `due`. `put` puts it, with its number, to the agent; where
    /// that fails, it is not noted. `wake` is called where it is due before all others, and sees to
    /// it that [`Self::time_out`] is called then.
    pub(crate) fn ask<E: From<Fault>>(
        &self,
        asker: Deferred,
        due: u64,
        put: impl FnOnce(&Peer, u64) -> Result<(), E>,
        wake: impl FnOnce(),
    ) -> Result<(), E> {
        let no_memory = |_| Fault::NoMemory;
        let by_id = RBTreeNodeReservation::new(GFP_KERNEL).map_err(no_memory)?;
        let by_due = RBTreeNodeReservation::new(GFP_KERNEL).map_err(no_memory)?;
        let mut guard = self.table.lock();
        let table = &mut *guard;
        let agent = table.agent.as_ref().filter(|agent| !agent.is_closed());
        let agent = agent.ok_or(Fault::NoAgent)?;
        let pending = self.pending.load(Relaxed);
        if pending >= PENDING_MAX {
            return Err(Fault::Full.into());
        }
        let id = table.last_id + 1;
        // Nobody answers it before it is noted: that takes the lock.
        put(agent, id)?;
        table.last_id = id;
        table
            .pending
            .insert(by_id.into_node(id, Pending { asker, due }));
        table.due.insert(by_due.into_node((due, id), ()));
        self.pending.store(pending + 1, Relaxed);
        // Under the lock, or one that is due later could be set last.
        if table.first_due() == Some((due, id)) {
            wake();
        }
        Ok(())
    }

    /// Ends the question `id` with an answer of `from`'s. `build` builds the reply; where that
    /// fails, the question goes on waiting.
    ///
    /// What is returned within is how `send` of the reply went.
    pub(crate) fn answer<M, E: From<Fault>>(
        &self,
        from: &Peer,
        id: u64,
        build: impl FnOnce(&Deferred) -> Result<M, E>,
        send: impl FnOnce(Deferred, M) -> Result,
    ) -> Result<Result, E> {
        let mut table = self.table.lock();
        if table.agent.as_ref() != Some(from) {
            return Err(Fault::NotTheAgent.into());
        }
        let waiting = table.pending.get(&id).ok_or(Fault::NotPending)?;
        let reply = build(&waiting.asker)?;
        let asker = table.take(id).ok_or(Fault::NotPending)?;
        self.one_less();
        let sent = send(asker, reply);
        if sent.is_ok() {
            self.answered.add(1, Relaxed);
        }
        Ok(sent)
    }

    /// Ends the questions that are due at `now`. `wake` is called with the time at which the next
    /// is due.
    pub(crate) fn time_out(&self, now: u64, wake: impl FnOnce(u64)) {
        let mut table = self.table.lock();
        while let Some((due, id)) = table.first_due() {
            if due > now {
                return wake(due);
            }
            if let Some(asker) = table.take(id) {
                self.one_less();
                asker.refuse(ETIMEDOUT, c"the agent did not answer in time");
            }
        }
    }

    /// A socket was closed whose port was `portid`: drops what it asked, and where it was the
    /// agent, ends what it was asked.
    pub(crate) fn socket_closed(&self, portid: u32) {
        let closed = |peer: &Peer| peer.portid() == portid && peer.is_closed();
        let mut guard = self.table.lock();
        let table = &mut *guard;
        if table.agent.as_ref().is_some_and(closed) {
            self.lose_agent(table);
        }
        let mut cursor = table.pending.cursor_front_mut();
        while let Some(at) = cursor {
            let (id, Pending { asker, due }) = at.current();
            if closed(asker.peer()) {
                table.due.remove(&(*due, *id));
                // The question with it: nobody reads the answer.
                cursor = at.remove_current().0;
                self.one_less();
            } else {
                cursor = at.move_next();
            }
        }
    }

    /// Ends all questions: the namespace or the module goes.
    pub(super) fn end(&self) {
        let mut table = self.table.lock();
        table.agent = None;
        self.end_all(&mut table, c"the module is being unloaded");
    }

    /// The agent is gone.
    fn lose_agent(&self, table: &mut Table) {
        table.agent = None;
        self.end_all(table, c"the agent has closed its socket");
    }

    fn end_all(&self, table: &mut Table, why: &'static CStr) {
        while let Some((_, id)) = table.first_due() {
            if let Some(asker) = table.take(id) {
                self.one_less();
                asker.refuse(EPIPE, why);
            }
        }
    }

    fn one_less(&self) {
        self.pending.store(self.pending.load(Relaxed) - 1, Relaxed);
    }

    /// How many questions wait.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Relaxed)
    }

    /// How many were answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }
}
