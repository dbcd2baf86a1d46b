// SPDX-License-Identifier: GPL-2.0

//! The state of one network namespace: its counters, its questions and its statistics.
//!
//! Counters and questions have separate locks, and no task holds both. An echo takes no lock.

#![forbid(unsafe_code)]

pub(crate) mod counters;
pub(crate) mod questions;

use self::{
    counters::Counters,
    questions::Questions, //
};
use crate::parley::stats_get;
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    time::{
        ClockSource,
        Monotonic, //
    }, //
};

/// The state of a network namespace.
#[pin_data]
pub(crate) struct Net {
    #[pin]
    counters: Counters,
    #[pin]
    questions: Questions,
    echoes: Atomic<u64>,
    echo_bytes: Atomic<u64>,
}

impl Net {
    /// The state of a new namespace, which may have `max_counters` counters.
    pub(crate) fn new(max_counters: u32) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            counters <- Counters::new(max_counters),
            questions <- Questions::new(),
            echoes: Atomic::new(0),
            echo_bytes: Atomic::new(0),
        })
    }

    /// The monotonic clock, in ns.
    pub(crate) fn now() -> u64 {
        // The clock never shows a time before boot.
        Monotonic::ktime_get().unsigned_abs()
    }

    /// The namespace's counters.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The namespace's questions.
    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Ends all pending questions.
    pub(crate) fn end(&self) {
        self.questions.end();
    }

    /// Counts an echo of `len` bytes that was answered.
    pub(crate) fn echoed(&self, len: usize) {
        self.echoes.add(1, Relaxed);
        self.echo_bytes.add(len as u64, Relaxed);
    }

    /// The namespace's statistics.
    pub(crate) fn stats(&self) -> stats_get::Reply {
        stats_get::Reply {
            echoes: Some(self.echoes.load(Relaxed)),
            echo_bytes: Some(self.echo_bytes.load(Relaxed)),
            counters: Some(self.counters.count()),
            notifications: Some(self.counters.notifications()),
            asks_pending: Some(self.questions.pending()),
            asks_answered: Some(self.questions.answered()),
        }
    }
}
