// SPDX-License-Identifier: GPL-2.0

//! The questions of a network namespace: the agent that answers them, and the pending questions.

#![forbid(unsafe_code)]

use crate::{
    genl::prelude::{
        Context,
        Kept,
        Prepared, //
    },
    parley::{
        AgentRegister,
        Ask, //
    },
    state::Net, //
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
            Acquire,
            Atomic,
            AtomicFlag,
            Relaxed,
            Release, //
        },
        lock::{
            mutex::MutexBackend,
            Guard, //
        },
        Mutex, //
    },
};

/// The maximum number of pending questions in a namespace. `ask.rs` and docs/install.md repeat this
/// number and the next.
const PENDING_MAX: u64 = 1024;

/// The maximum number of pending questions from one socket.
const PENDING_MAX_OF_SOCKET: usize = 64;

/// A question that waits for its answer.
struct Pending {
    /// The request that asked the question.
    asker: Kept<Net, Ask>,
    /// When it times out.
    due: u64,
}

/// What the lock guards.
struct Table {
    /// The request that registered the agent.
    agent: Option<Kept<Net, AgentRegister>>,
    /// The pending questions by number.
    pending: RBTree<u64, Pending>,
    /// The same questions by deadline and number.
    due: RBTree<(u64, u64), ()>,
    last_id: u64,
}

impl Table {
    /// Takes out a question.
    fn take(&mut self, id: u64) -> Option<Kept<Net, Ask>> {
        let Pending { asker, due } = self.pending.remove(&id)?;
        self.due.remove(&(due, id));
        Some(asker)
    }

    /// The deadline and the number of the question that is due first.
    fn first_due(&self) -> Option<(u64, u64)> {
        self.due.keys().next().copied()
    }

    /// The number of pending questions from the socket of `asker`.
    fn pending_of(&self, asker: &Kept<Net, Ask>) -> usize {
        let askers = self.pending.values().map(|pending| &pending.asker);
        askers
            .filter(|other| other.is_from_sender_of_kept(asker))
            .count()
    }
}

const AGENT_CLOSED: &CStr = c"the agent has closed its socket";

/// Ends `questions` with an error.
fn fail_all(mut questions: RBTree<u64, Pending>, why: &'static CStr) {
    let mut cursor = questions.cursor_front_mut();
    while let Some(at) = cursor {
        let (next, question) = at.remove_current();
        // If the asker's socket is closed, the question still ends.
        let _ = question.to_key_value().1.asker.refuse(EPIPE, why);
        cursor = next;
    }
}

/// The reason why the agent was not registered, a question not asked, or an answer not accepted.
pub(crate) enum Fault {
    /// An agent is already registered.
    AgentExists,
    /// No agent is registered.
    NoAgent,
    /// The namespace has its maximum number of pending questions.
    Full,
    /// The socket has its maximum number of pending questions.
    SocketFull,
    /// There is no memory for another question.
    NoMemory,
    /// The answer came from another socket than the agent's.
    NotTheAgent,
    /// No such question is pending.
    NotPending,
}

/// The questions of a network namespace.
#[pin_data]
pub(crate) struct Questions {
    /// Guards the agent and the pending questions. A question ends once: the task that removes it
    /// from the table ends it. Held while a question and its ACK are put into sockets, which does
    /// not wait for room there; so an asker reads the ACK before the answer. Not held while answers
    /// and errors are sent, because sending runs the filter of each asker and wakes all waiters of
    /// its socket, which may be many. Of the layer's locks, only that of kept requests is taken
    /// under it.
    #[pin]
    table: Mutex<Table>,
    /// The number of pending questions. Written with the lock held, read without.
    pending: Atomic<u64>,
    answered: Atomic<u64>,
    /// Set if sockets were closed while another task held the lock.
    has_closed: AtomicFlag,
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
            has_closed: AtomicFlag::new(false),
        })
    }

    /// Registers the sender of `agent` as the agent. Calls `acknowledge` before the first question
    /// can arrive.
    pub(crate) fn register(
        &self,
        agent: Kept<Net, AgentRegister>,
        acknowledge: impl FnOnce(),
    ) -> Result<(), Fault> {
        let mut table = self.table.lock();
        let mut lost = None;
        if let Some(other) = &table.agent {
            if !other.is_closed() {
                return Err(Fault::AgentExists);
            }
            // The notifier is about to call `socket_closed` for it.
            lost = Some(self.remove_agent(&mut table));
        }
        table.agent = Some(agent);
        acknowledge();
        drop(table);
        if let Some(lost) = lost {
            fail_all(lost, AGENT_CLOSED);
        }
        Ok(())
    }

    /// Adds a question that is due at `due`. `send` sends it, with its number, to the agent; if
    /// that fails, the question is not added. If the new question is due before all others, calls
    /// `wake`, which must arrange that [`Self::time_out`] is called at that time.
    pub(crate) fn ask<E: From<Fault>>(
        &self,
        asker: Kept<Net, Ask>,
        due: u64,
        send: impl FnOnce(&Kept<Net, AgentRegister>, u64) -> Result<(), E>,
        wake: impl FnOnce(),
    ) -> Result<(), E> {
        let no_memory = |_| Fault::NoMemory;
        let by_id = RBTreeNodeReservation::new(GFP_KERNEL_ACCOUNT).map_err(no_memory)?;
        let by_due = RBTreeNodeReservation::new(GFP_KERNEL_ACCOUNT).map_err(no_memory)?;
        let mut guard = self.table.lock();
        let table = &mut *guard;
        let agent = table.agent.as_ref().filter(|agent| !agent.is_closed());
        let agent = agent.ok_or(Fault::NoAgent)?;
        let pending = self.pending.load(Relaxed);
        if pending >= PENDING_MAX {
            return Err(Fault::Full.into());
        }
        // Counting visits every question, so count only if the socket can have that many.
        let socket_may_be_full = pending >= PENDING_MAX_OF_SOCKET as u64;
        if socket_may_be_full && table.pending_of(&asker) >= PENDING_MAX_OF_SOCKET {
            return Err(Fault::SocketFull.into());
        }
        let id = table.last_id + 1;
        // The agent cannot answer before the question is added, because answering takes the lock.
        send(agent, id)?;
        table.last_id = id;
        table
            .pending
            .insert(by_id.into_node(id, Pending { asker, due }));
        table.due.insert(by_due.into_node((due, id), ()));
        self.pending.store(pending + 1, Relaxed);
        // With the lock held; otherwise the later of two deadlines could be set last.
        if table.first_due() == Some((due, id)) {
            wake();
        }
        drop(guard);
        self.forget_closed();
        Ok(())
    }

    /// Ends the question `id` with `answer`, which arrived in `call`. Returns the result of sending
    /// it.
    pub(crate) fn answer(
        &self,
        call: &Context<'_, Net>,
        id: u64,
        answer: Prepared<Net, Ask>,
    ) -> Result<Result, Fault> {
        let asker = self.take_for_agent(call, id)?;
        let sent = asker.answer(answer);
        if sent.is_ok() {
            self.answered.add(1, Relaxed);
        }
        Ok(sent)
    }

    /// Ends the question `id` without an answer, because the agent has declined it in `call`.
    pub(crate) fn decline(&self, call: &Context<'_, Net>, id: u64) -> Result<(), Fault> {
        let asker = self.take_for_agent(call, id)?;
        asker
            .refuse(ECANCELED, c"the agent declined the question")
            // The asker's socket was closed a moment ago, so the question is no longer pending.
            .map_err(|_| Fault::NotPending)
    }

    /// Takes out the question `id` if `call` came from the agent.
    fn take_for_agent(&self, call: &Context<'_, Net>, id: u64) -> Result<Kept<Net, Ask>, Fault> {
        let mut table = self.table.lock();
        let agent = table.agent.as_ref();
        if !agent.is_some_and(|agent| agent.is_from_sender_of(call)) {
            return Err(Fault::NotTheAgent);
        }
        let asker = table.take(id).ok_or(Fault::NotPending)?;
        self.one_less();
        Ok(asker)
    }

    /// Ends the questions that are due at `now`. Calls `wake` with the deadline of the next
    /// question.
    pub(crate) fn time_out(&self, now: u64, wake: impl FnOnce(u64)) {
        loop {
            let mut table = self.table.lock();
            match table.first_due() {
                Some((due, id)) if due <= now => {
                    let asker = table.take(id);
                    self.one_less();
                    drop(table);
                    if let Some(asker) = asker {
                        // If the asker's socket is closed, the question still ends.
                        let _ = asker.refuse(ETIMEDOUT, c"the agent did not answer in time");
                    }
                }
                Some((due, _)) => {
                    // With the lock held, as in `ask`.
                    wake(due);
                    break;
                }
                None => break,
            }
        }
        self.forget_closed();
    }

    /// Called when a socket with the port `portid` was closed. Drops the questions it asked and, if
    /// it was the agent, ends all questions.
    ///
    /// Does not wait for the lock, because that would delay the closing of other sockets. If
    /// another task holds the lock, calls `later`, which must arrange that [`Self::time_out`] is
    /// called.
    pub(crate) fn socket_closed(&self, portid: u32, later: impl FnOnce()) {
        match self.table.try_lock() {
            Some(table) => self.forget(table, |kept| kept == portid),
            None => {
                self.has_closed.store(true, Release);
                later();
            }
        }
    }

    /// Forgets the closed sockets that [`Self::socket_closed`] had to skip. Must be called without
    /// the lock, and after each change of the time at which [`Self::time_out`] is due, because the
    /// change may have replaced the time that `later` set.
    fn forget_closed(&self) {
        if self.has_closed.load(Acquire) && self.has_closed.xchg(false, Acquire) {
            self.forget(self.table.lock(), |_| true);
        }
    }

    /// Forgets the closed sockets whose port `is_meant` accepts.
    fn forget(&self, mut guard: Guard<'_, Table, MutexBackend>, is_meant: impl Fn(u32) -> bool) {
        let table = &mut *guard;
        if table
            .agent
            .as_ref()
            .is_some_and(|agent| is_meant(agent.portid()) && agent.is_closed())
        {
            let lost = self.remove_agent(table);
            drop(guard);
            // These include the questions that the same socket has asked.
            return fail_all(lost, AGENT_CLOSED);
        }
        let mut cursor = table.pending.cursor_front_mut();
        while let Some(at) = cursor {
            let (id, Pending { asker, due }) = at.current();
            if is_meant(asker.portid()) && asker.is_closed() {
                table.due.remove(&(*due, *id));
                // This drops the question as well, because nobody reads its answer.
                cursor = at.remove_current().0;
                self.one_less();
            } else {
                cursor = at.move_next();
            }
        }
    }

    /// Ends all questions, because the namespace or the module is going away.
    pub(super) fn end(&self) {
        let mut table = self.table.lock();
        let lost = self.remove_agent(&mut table);
        drop(table);
        fail_all(lost, c"the module is being unloaded");
    }

    /// Removes the agent and all pending questions.
    fn remove_agent(&self, table: &mut Table) -> RBTree<u64, Pending> {
        table.agent = None;
        table.due = RBTree::new();
        self.pending.store(0, Relaxed);
        core::mem::replace(&mut table.pending, RBTree::new())
    }

    fn one_less(&self) {
        self.pending.store(self.pending.load(Relaxed) - 1, Relaxed);
    }

    /// The number of pending questions.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Relaxed)
    }

    /// The number of answered questions.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }
}
