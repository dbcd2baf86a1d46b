// SPDX-License-Identifier: GPL-2.0

//! What one network namespace has: its counters, its questions, and what it has counted of itself.
//!
//! Counters and questions have locks of their own; nobody holds one of each. An echo takes none.

#![forbid(unsafe_code)]

pub(crate) mod counters;
pub(crate) mod questions;

use self::{
    counters::Counters,
    questions::Questions, //
};
use crate::uapi::stats;
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
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

    /// Its counters.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Its questions.
    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Ends what others wait for.
    pub(crate) fn end(&self) {
        self.questions.end();
    }

    /// Notes that an echo of `len` bytes was answered.
    pub(crate) fn echoed(&self, len: usize) {
        self.echoes.add(1, Relaxed);
        self.echo_bytes.add(len as u64, Relaxed);
    }

    /// What it has counted: each number with the attribute it is told in, and the name of that.
    pub(crate) fn stats(&self) -> [(u16, &'static CStr, u64); 6] {
        [
            (stats::ECHOES, c"echoes", self.echoes.load(Relaxed)),
            (
                stats::ECHO_BYTES,
                c"echo-bytes",
                self.echo_bytes.load(Relaxed),
            ),
            (stats::COUNTERS, c"counters", self.counters.count()),
            (
                stats::NOTIFICATIONS,
                c"notifications",
                self.counters.notifications(),
            ),
            (
                stats::ASKS_PENDING,
                c"asks-pending",
                self.questions.pending(),
            ),
            (
                stats::ASKS_ANSWERED,
                c"asks-answered",
                self.questions.answered(),
            ),
        ]
    }
}
