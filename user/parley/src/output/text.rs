// SPDX-License-Identifier: MIT OR Apache-2.0

//! Text: shows bytes and names that come from elsewhere, and parses the numbers of counters.

use parley::client::Name;
use parley_netlink::terminal;
use std::ffi::OsStr;
use std::io::{Result, Write};
use std::os::unix::ffi::OsStrExt;

/// Parses the value of a counter.
pub(crate) fn value(text: &str) -> std::result::Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number from 0 to 2^64-1")
}

/// Parses what to add to a counter.
pub(crate) fn delta(text: &str) -> std::result::Result<i64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number from -2^63 to 2^63-1")
}

/// Returns `bytes` as text, if that can go to a terminal as it is.
fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty() && !text.chars().any(terminal::obeys))
}

/// Escapes what a terminal would obey in a name or text that comes from elsewhere.
pub(crate) fn safe(name: impl AsRef<OsStr>) -> String {
    Name::from(name.as_ref().as_bytes()).to_string()
}

/// The most bytes that a hexdump shows.
const DUMP_MAX: usize = 256;

/// Returns bytes as one line: as text, or else their number.
pub(crate) fn line(bytes: &[u8]) -> String {
    const SHOWN: usize = 200;
    match printable(bytes).filter(|text| text.len() <= SHOWN) {
        Some(text) => text.to_owned(),
        None => format!("({} bytes)", bytes.len()),
    }
}

/// Writes bytes with the label `what`: a line of text as text, all else as a hexdump.
pub(crate) fn bytes(out: &mut dyn Write, what: &str, bytes: &[u8]) -> Result<()> {
    const SHOWN: usize = 4096;
    if let Some(text) = printable(bytes).filter(|text| text.len() <= SHOWN) {
        writeln!(out, "{what:<8}{text}")?;
        return writeln!(out, "{:<8}{} bytes", "length", bytes.len());
    }
    writeln!(out, "{what:<8}{} bytes", bytes.len())?;
    for (row, line) in bytes.chunks(16).take(DUMP_MAX / 16).enumerate() {
        let hex: String = line.iter().map(|byte| format!("{byte:02x} ")).collect();
        let text: String = line
            .iter()
            .map(|byte| match byte {
                0x20..=0x7e => char::from(*byte),
                _ => '.',
            })
            .collect();
        writeln!(out, "  {:04x}  {hex:<48} {text}", row * 16)?;
    }
    if bytes.len() > DUMP_MAX {
        writeln!(out, "  and {} bytes more", bytes.len() - DUMP_MAX)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        super::bytes(&mut out, "reply", bytes).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_number_that_is_out_of_range_is_refused_with_the_range() {
        assert_eq!(value("18446744073709551615"), Ok(u64::MAX));
        for text in ["18446744073709551616", "-1", "much", ""] {
            assert_eq!(value(text), Err("expected a number from 0 to 2^64-1"));
        }
        assert_eq!(delta("-9223372036854775808"), Ok(i64::MIN));
        for text in ["9223372036854775808", "much", ""] {
            assert_eq!(delta(text), Err("expected a number from -2^63 to 2^63-1"));
        }
    }

    #[test]
    fn text_is_shown_as_text_and_all_else_as_a_dump() {
        assert_eq!(shown(b"hello"), "reply   hello\nlength  5 bytes\n");
        assert!(shown(b"\0\x01").contains("00 01"));
        assert_eq!(shown(b""), "reply   0 bytes\n");
        assert!(shown(&[7; 300]).ends_with("  and 44 bytes more\n"));
    }

    #[test]
    fn a_name_keeps_its_letters_and_loses_its_control() {
        assert_eq!(safe("größe\x1b[2J"), "größe\\x1b[2J");
        assert_eq!(safe(OsStr::from_bytes(b"\xff")), "\\xff");
        assert_ne!(safe(OsStr::from_bytes(b"\xff")), safe("\\xff"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_shown_raw() {
        assert!(!shown(b"\x1b[2Jboo").contains('\x1b'));
        assert!(!shown("\u{9b}2J".as_bytes()).contains('\u{9b}'));
    }
}
