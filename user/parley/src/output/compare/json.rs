// SPDX-License-Identifier: MIT OR Apache-2.0

//! The figures for programs.

use super::figures::{Cell, Environment, Row};
use anyhow::Result;
use parley_compare::{Carries, With};
use serde_json::{json, Value};
use std::io::Write;

/// Writes one object on one line. Keys may be added, but never removed.
pub(crate) fn write(out: &mut dyn Write, rows: &[Row], environment: &Environment) -> Result<()> {
    let channels: Vec<_> = rows.iter().map(channel).collect();
    let object = json!({
        "channels": channels,
        "environment": {
            "cpus": environment.cpus,
            "kernel": environment.kernel,
            "one_cpu": environment.one_cpu,
            "times": environment.times,
        },
    });
    writeln!(out, "{object}")?;
    Ok(())
}

fn channel(row: &Row) -> Value {
    let about = row.about;
    let cells: Vec<_> = row.cells.iter().map(cell).collect();
    let (fewest, most) = about.calls;
    json!({
        "id": about.id,
        "name": about.name,
        "kind": match about.with {
            With::Kernel => "kernel",
            With::Process => "process",
        },
        "carries": match about.carries {
            Carries::Message => "message",
            Carries::Statistics => "statistics",
            Carries::Nothing => "nothing",
        },
        "calls": most,
        "calls_fewest": fewest,
        "starts": if about.either_starts { "either" } else { "user" },
        "boundaries": about.boundaries,
        "listeners": if about.many_listeners { "many" } else { "one" },
        "errors": about.errors,
        "cells": cells,
        "absent": row.absent(),
    })
}

fn cell(cell: &Cell) -> Value {
    // The measurement is less precise than a tenth of a nanosecond.
    let ns = cell.ns.as_ref().ok().map(|ns| (ns * 10.0).round() / 10.0);
    json!({
        "size": cell.size,
        "ns": ns,
        "error": cell.ns.as_ref().err(),
    })
}
