// SPDX-License-Identifier: MIT OR Apache-2.0

//! The figures for people: tables that fit 80 columns.

use super::figures::{bytes, Environment, Row};
use parley_compare::{About, Carries, Side, PARTS_MAX};
use parley_netlink::explain::render::wrap;
use std::io::{Result, Write};

/// The maximum length of a line.
const WIDTH: usize = 80;

/// The widths of the columns for names and for figures.
const NAME: usize = 26;
const FIGURE: usize = 10;

/// The number of sizes that fit into one table.
const SIZES: usize = (WIDTH - NAME - FIGURE) / FIGURE;

const LEGEND: &str = "\
fixed      channels without a message: getppid(), which has none, and the
           debugfs file, whose contents are the module's statistics
calls      system calls per round trip, of both sides together, if the message
           goes in one piece
starts     which side can send first: either, or only the program (user)
messages   whether messages keep their boundaries
listeners  whether one message can reach many receivers without its sender
           knowing them
errors     what an error carries: its number (errno), the kernel's message (why)
           and the attribute (where); own: whatever the two sides agree on
";

/// Writes the tables, and their explanation.
pub(crate) fn write(
    out: &mut dyn Write,
    rows: &[Row],
    sizes: &[usize],
    environment: &Environment,
) -> Result<()> {
    writeln!(out, "The same echo, {}", environment.place())?;
    let (times, parts) = (environment.times, environment.times.min(PARTS_MAX));
    writeln!(
        out,
        "Microseconds per round trip, median of {parts} parts; {times} trips, fewer if long"
    )?;
    let any_fixed = |row: &Row| row.about.carries != Carries::Message;
    let fixed = rows.iter().any(any_fixed);
    let sizes = match rows.iter().all(any_fixed) {
        true => &[],
        false => sizes,
    };
    // At least one table, for channels without a size.
    let tables = sizes.len().div_ceil(SIZES).max(1);
    for (i, sizes) in (0..tables).map(|i| (i, sizes.chunks(SIZES).nth(i).unwrap_or_default())) {
        let fixed = fixed && i == 0;
        let head = |what: &str| {
            let fixed = fixed.then(|| "fixed".to_owned());
            let columns = fixed.into_iter().chain(sizes.iter().copied().map(bytes));
            line(what, columns)
        };
        let row = |row: &Row| figures(row, sizes, fixed);
        let shown: Vec<_> = rows
            .iter()
            .filter(|row| i == 0 || !any_fixed(row))
            .collect();
        groups(out, &shown, head, row)?;
    }
    let head = |what: &str| about(what, ["calls", "starts", "messages", "listeners", "errors"]);
    let all: Vec<_> = rows.iter().collect();
    groups(out, &all, head, |row| properties(&row.about))?;
    writeln!(out)?;
    out.write_all(LEGEND.as_bytes())
}

/// Returns the rows of the kernel and those of processes, each below a headline.
fn groups(
    out: &mut dyn Write,
    rows: &[&Row],
    head: impl Fn(&str) -> String,
    line: impl Fn(&Row) -> String,
) -> Result<()> {
    for (with, what) in [
        (Side::Kernel, "with the kernel"),
        (Side::Process, "with a process"),
    ] {
        let mut rows = rows
            .iter()
            .filter(|row| row.about.other_side == with)
            .peekable();
        if rows.peek().is_some() {
            writeln!(out)?;
            writeln!(out, "{}", head(what))?;
        }
        for row in rows {
            writeln!(out, "{}", line(row))?;
        }
    }
    Ok(())
}

/// A line with a name and columns of figures.
fn line(name: &str, columns: impl Iterator<Item = String>) -> String {
    columns.fold(format!("{name:<NAME$}"), |line, column| {
        format!("{line}{column:>FIGURE$}")
    })
}

fn figures(row: &Row, sizes: &[usize], fixed: bool) -> String {
    let name = format!("  {}", row.about.name);
    if let Some(reason) = row.absent() {
        return wrap_reason(
            &format!("{name:<NAME$}  "),
            &format!("unavailable: {reason}"),
        );
    }
    let figure = |size: Option<usize>| {
        let cell = row.cells.iter().find(|cell| cell.size == size);
        match cell.and_then(|cell| cell.ns.as_ref().ok()) {
            Some(ns) => format!("{:.2}", ns / 1000.0),
            None => "-".to_owned(),
        }
    };
    let columns = fixed.then_some(None).into_iter();
    let columns = columns.chain(sizes.iter().copied().map(Some));
    let mut text = line(&name, columns.map(figure));
    for cell in &row.cells {
        if let (Some(size), Err(reason)) = (cell.size.filter(|size| sizes.contains(size)), &cell.ns)
        {
            text.push('\n');
            text += &wrap_reason(&format!("    {}: ", bytes(size)), reason);
        }
    }
    text
}

/// Writes `lead` and the text after it in as many lines as necessary.
fn wrap_reason(lead: &str, words: &str) -> String {
    let indent = lead.chars().count();
    let words: Vec<_> = words.split_whitespace().collect();
    let lines = wrap(&words.join(" "), WIDTH.saturating_sub(indent));
    format!("{lead}{}", lines.join(&format!("\n{:indent$}", "")))
}

/// A line with a channel's name and its properties.
fn about(name: &str, [calls, starts, messages, listeners, errors]: [&str; 5]) -> String {
    format!("{name:<NAME$}{calls:>5}  {starts:<6}  {messages:<8}  {listeners:<9}  {errors}")
}

fn properties(row: &About) -> String {
    let calls = match row.calls {
        (fewest, most) if fewest == most => most.to_string(),
        (fewest, most) => format!("{fewest}-{most}"),
    };
    let pick = |yes, a, b| if yes { a } else { b };
    let messages = match row.carries {
        Carries::Nothing => "-",
        _ => pick(row.boundaries, "yes", "no"),
    };
    about(
        &format!("  {}", row.name),
        [
            &calls,
            pick(row.either_starts, "either", "user"),
            messages,
            pick(row.many_listeners, "many", "one"),
            row.errors.unwrap_or("own"),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::figures::Cell;
    use super::*;
    use parley_compare::Kind;

    /// A row for each channel, with the figures `ns`.
    fn rows(sizes: &[usize], ns: &Figure) -> Vec<Row> {
        let row = |kind: Kind| {
            let about = kind.about();
            let sizes: Vec<_> = match about.carries {
                Carries::Message => sizes.iter().copied().map(Some).collect(),
                _ => vec![None],
            };
            let cell = |size| Cell {
                size,
                ns: ns.clone(),
            };
            Row {
                about,
                cells: sizes.into_iter().map(cell).collect(),
            }
        };
        Kind::ALL.into_iter().map(row).collect()
    }

    type Figure = std::result::Result<f64, String>;

    fn shown(rows: &[Row], sizes: &[usize]) -> String {
        let environment = Environment {
            kernel: "7.3.4-with-quite-a-long-name-of-its-own".to_owned(),
            cpus: 128,
            one_cpu: true,
            times: 10_000_000,
        };
        let mut out = Vec::new();
        write(&mut out, rows, sizes, &environment).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_tables_fit_80_columns_whatever_the_sizes_and_the_figures() {
        let reason = "a reason that is quite long ".repeat(5);
        for sizes in [
            &[16][..],
            &[16, 1024, 16_384],
            &[1, 2, 3, 5, 1000, 61_439, 61_440],
        ] {
            for ns in [Ok(0.4), Ok(9_999_999_999.0), Err(reason.clone())] {
                let mut rows = rows(sizes, &ns);
                // A channel that works for some sizes only.
                if let Some(cell) = rows.last_mut().and_then(|row| row.cells.last_mut()) {
                    cell.ns = Err(reason.clone());
                }
                let text = shown(&rows, sizes);
                for line in text.lines() {
                    assert!(line.chars().count() <= WIDTH, "{line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }

    #[test]
    fn every_size_and_every_channel_has_its_figure_once() {
        let sizes = [1, 2, 3, 5, 1000, 61_440];
        let text = shown(&rows(&sizes, &Ok(1234.0)), &sizes);
        // Nine channels carry messages; the other two have one figure each.
        assert_eq!(text.matches(" 1.23").count(), 9 * sizes.len() + 2);
        for size in ["1 B", "1000 B", "60 KiB"] {
            assert_eq!(text.matches(&format!(" {size}")).count(), 2, "{size}");
        }
    }

    #[test]
    fn where_nothing_carries_a_message_there_are_no_lengths() {
        let mut rows = rows(&[16], &Ok(2000.0));
        rows.retain(|row| row.about.carries != Carries::Message);
        let text = shown(&rows, &[16]);
        assert!(!text.contains("16 B"));
        assert_eq!(text.matches(" 2.00").count(), 2);
    }

    #[test]
    fn what_is_not_there_says_why_and_the_rest_has_its_figures() {
        let mut rows = rows(&[16], &Ok(2000.0));
        let ioctl = &mut rows[1];
        ioctl.cells[0].ns = Err("the module is not loaded".to_owned());
        let text = shown(&rows, &[16]);
        let line = |name: &str| text.lines().find(|line| line.trim().starts_with(name));
        assert_eq!(
            line("ioctl").unwrap(),
            "  ioctl                     unavailable: the module is not loaded"
        );
        assert!(line("pipe").unwrap().ends_with(" 2.00"));
    }
}
