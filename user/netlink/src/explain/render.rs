// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shows a decoded datagram as text of 80 columns: offset, bytes, field, meaning.
//!
//! ```
//! use parley_netlink::explain::{render, Context, Datagram, Direction};
//!
//! // NLMSG_DONE, with the status 0.
//! let mut datagram = parley_netlink::netlink::message::header(3, 0, 7).to_vec();
//! datagram.extend_from_slice(&[0; 4]);
//! parley_netlink::netlink::message::finish(&mut datagram, 0)?;
//!
//! let style = render::Style::default();
//! let explained = Context::new().explain(Datagram::new(&datagram, 0, Direction::FromKernel));
//! print!("{}{}", render::legend(style), render::text(&explained, &datagram, style));
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::datagram::{Explained, Field};
use crate::terminal;
use std::fmt::Write;

/// Options for the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Style {
    /// Use the colours of a terminal.
    pub colour: bool,
    /// Show all bytes of long values.
    pub all: bool,
}

/// A part of the text that has a colour.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// A heading, or a system call.
    Heading,
    /// A field's name.
    Name,
    /// Less important text.
    Offset,
    /// An invalid field.
    Bad,
}

impl Style {
    /// Returns `text` in the colour of this part, if colours are enabled.
    #[doc(hidden)]
    #[must_use]
    pub fn paint(self, part: Part, text: &str) -> String {
        if !self.colour || text.trim().is_empty() {
            return text.to_owned();
        }
        let code = match part {
            Part::Heading => "1",
            Part::Name => "36",
            Part::Offset => "2",
            Part::Bad => "1;31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// The number of bytes in a line.
const BYTES: usize = 8;
/// The maximum number of lines of bytes for a field, unless all are shown.
const LINES: usize = 4;
/// The width of the bytes of a line.
const BYTES_WIDTH: usize = BYTES * 3 - 1;
/// The column in which headings begin.
const HEADINGS: usize = 8;
/// The column in which names begin.
const NAMES: usize = 6 + 2 + BYTES_WIDTH + 2;
/// The width of names; meanings begin after it.
const NAMES_WIDTH: usize = 17;
/// The width of meanings.
const MEANINGS_WIDTH: usize = 80 - NAMES - NAMES_WIDTH;
/// The maximum depth to which names are indented.
const INDENT_MAX: usize = 6;

/// Describes the columns.
#[must_use]
pub fn legend(style: Style) -> String {
    let line = format!(
        "{:>6}  {:<BYTES_WIDTH$}  {:<NAMES_WIDTH$}{}\n",
        "offset", "bytes", "field", "meaning"
    );
    style.paint(Part::Offset, line.trim_end()) + "\n"
}

/// Shows the datagram `bytes`, as it was decoded.
#[must_use]
pub fn text(explained: &Explained, bytes: &[u8], style: Style) -> String {
    fields(&explained.fields, bytes, style)
}

/// Shows some fields of the datagram `bytes`, such as the fields of one message.
#[must_use]
pub fn fields(fields: &[Field], bytes: &[u8], style: Style) -> String {
    let mut out = String::new();
    let mut before: Option<&Field> = None;
    for field in fields {
        let end = field.offset.saturating_add(field.len);
        let bytes = bytes.get(field.offset..end).unwrap_or_default();
        let named =
            |before: &Field| before.name == "nla_type" && before.meaning.contains(&field.name);
        if field.len == 0 && !field.meaning.is_empty() {
            heading(&mut out, field, style);
        } else if before.is_some_and(named) {
            // The type field has just named the attribute, so do not repeat a long name.
            row(&mut out, field, "value", bytes, style);
        } else {
            row(&mut out, field, &field.name, bytes, style);
        }
        before = Some(field);
    }
    out
}

/// The columns of a line before they are joined.
#[derive(Default)]
struct Line {
    bytes: String,
    /// The name; may be empty.
    name: String,
    /// The meaning, or the fault.
    words: String,
    bad: bool,
}

/// Writes a heading: the fields below it, described in words.
fn heading(out: &mut String, field: &Field, style: Style) {
    let words = format!("{}: {}", field.name, field.meaning);
    for line in wrap(&words, 80 - HEADINGS) {
        let line = style.paint(Part::Heading, &line);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:HEADINGS$}{line}", "");
    }
}

/// Writes a field, under the name `short` if its full name does not fit.
fn row(out: &mut String, field: &Field, short: &str, bytes: &[u8], style: Style) {
    let heading = field.len == 0;
    let indent = " ".repeat(field.depth.min(INDENT_MAX));
    let fits = field.name.chars().count().saturating_add(indent.len()) < NAMES_WIDTH;
    let name = if fits { &field.name } else { short };
    let name = format!("{indent}{name}");
    let mut lines = Vec::new();
    let mut meaning = wrap(&field.meaning, MEANINGS_WIDTH).into_iter();
    if name.chars().count() < NAMES_WIDTH {
        lines.push(Line {
            name,
            words: meaning.next().unwrap_or_default(),
            ..Line::default()
        });
    } else {
        lines.push(Line {
            name,
            ..Line::default()
        });
    }
    lines.extend(meaning.map(|words| Line {
        words,
        ..Line::default()
    }));
    for (i, hex) in hex_lines(bytes, style.all).into_iter().enumerate() {
        if lines.len() <= i {
            lines.push(Line::default());
        }
        if let Some(line) = lines.get_mut(i) {
            line.bytes = hex;
        }
    }
    if let Some(why) = &field.bad {
        // Right below the first bytes of the field.
        let marks = vec!["^^"; field.len.min(BYTES)].join(" ");
        let words = wrap(&format!("bad: {why}"), MEANINGS_WIDTH);
        for (i, words) in words.into_iter().enumerate() {
            let line = Line {
                bytes: if i == 0 { marks.clone() } else { String::new() },
                words,
                bad: true,
                ..Line::default()
            };
            lines.insert((i + 1).min(lines.len()), line);
        }
    }
    for (i, line) in lines.into_iter().enumerate() {
        let offset = match i {
            0 if !heading => format!("{:>6}", field.offset),
            _ => " ".repeat(6),
        };
        let (names, words) = match (heading, line.bad) {
            (true, _) => (Some(Part::Heading), Some(Part::Heading)),
            (_, true) => (Some(Part::Bad), Some(Part::Bad)),
            _ => (Some(Part::Name), None),
        };
        let paint = |part: Option<Part>, text: &str| match part {
            Some(part) => style.paint(part, text),
            None => text.to_owned(),
        };
        let bytes = format!("{:<BYTES_WIDTH$}", line.bytes);
        let name = format!("{:<NAMES_WIDTH$}", line.name);
        // An offset of seven or eight digits takes a space from each gap.
        let gap = |digits| if offset.len() < digits { "  " } else { " " };
        let whole = format!(
            "{}{}{}{}{}{}",
            style.paint(Part::Offset, &offset),
            gap(7),
            paint(line.bad.then_some(Part::Bad), &bytes),
            gap(8),
            paint(names, &name),
            paint(words, &line.words)
        );
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", whole.trim_end());
    }
}

fn hex_lines(bytes: &[u8], all: bool) -> Vec<String> {
    let most = if all { usize::MAX } else { LINES * BYTES };
    // Showing one more line takes no more room than the note that it is missing.
    let shown = if bytes.len() <= most.saturating_add(BYTES) {
        bytes.len()
    } else {
        most
    };
    let mut lines: Vec<_> = bytes
        .get(..shown)
        .unwrap_or_default()
        .chunks(BYTES)
        .map(|line| terminal::hex(line, " "))
        .collect();
    if shown < bytes.len() {
        lines.push(format!("… {} more bytes", bytes.len() - shown));
    }
    lines
}

/// Breaks `text` into lines of at most `width`, at spaces where possible.
#[must_use]
#[doc(hidden)]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = width;
    for word in text.split(' ') {
        let len = word.chars().count();
        let space = usize::from(!line.is_empty());
        if len + space <= room {
            if space == 1 {
                line.push(' ');
            }
            line.push_str(word);
            room -= len + space;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        room = width;
        for c in word.chars() {
            if room == 0 {
                lines.push(std::mem::take(&mut line));
                room = width;
            }
            line.push(c);
            room -= 1;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_words_are_broken_and_short_ones_kept_together() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert!(wrap("", 4).is_empty());
    }

    #[test]
    fn bytes_are_shortened_and_what_is_left_is_counted() {
        assert_eq!(hex_lines(&[7; 40], false).len(), 5);
        assert_eq!(hex_lines(&[7; 41], false).last().unwrap(), "… 9 more bytes");
        assert_eq!(hex_lines(&[7; 41], true).len(), 6);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_80_columns(
            name in ".{0,60}", meaning in ".{0,200}", bad in proptest::option::of(".{0,99}"),
            depth in 0usize..40, bytes: Vec<u8>, offset in 0usize..100_000_000,
        ) {
            let field = Field { offset, len: bytes.len(), depth, name, meaning, bad };
            let mut out = String::new();
            row(&mut out, &field, "value", &bytes, Style::default());
            heading(&mut out, &field, Style::default());
            for line in out.lines() {
                prop_assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}
