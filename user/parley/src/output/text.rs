// SPDX-License-Identifier: MIT OR Apache-2.0

//! Text: shows bytes and names from other sources, and parses the numbers of counters.

use parley::client::Name;
use parley::uapi;
use parley_netlink::terminal;
use std::ffi::OsStr;
use std::io::{Result, Write};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// Parses the value of a counter.
pub(crate) fn value(text: &str) -> std::result::Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number from 0 to 2^64-1")
}

/// Parses a number to add to a counter.
pub(crate) fn delta(text: &str) -> std::result::Result<i64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number from -2^63 to 2^63-1")
}

/// Parses a time greater than 0: a number with a unit, or of seconds, as in sleep(1) and
/// timeout(1).
pub(crate) fn time(text: &str) -> std::result::Result<Duration, &'static str> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.len());
    let unit = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        _ => 0,
    };
    let number = number.parse::<u64>().ok();
    let ms = number.and_then(|number| number.checked_mul(unit));
    let ms = ms.filter(|ms| (1..=TIME_MAX_MS).contains(ms));
    ms.map(Duration::from_millis)
        .ok_or("expected a time such as 500ms, 2s or 1m")
}

/// A year, so that the deadline can always be computed.
const TIME_MAX_MS: u64 = 365 * 24 * 3_600_000;

/// Parses an agent's time to answer, which the kernel limits.
pub(crate) fn time_to_answer(text: &str) -> std::result::Result<Duration, String> {
    let most = Duration::from_millis(uapi::TIMEOUT_MS_MAX.into());
    let time = time(text).ok().filter(|time| *time <= most);
    time.ok_or_else(|| format!("expected a time from {}", times_to_answer()))
}

/// Formats the minimum and maximum time that the kernel gives an agent to answer.
pub(crate) fn times_to_answer() -> String {
    const { assert!(uapi::TIMEOUT_MS_MAX % 1000 == 0) };
    format!("1ms to {}s", uapi::TIMEOUT_MS_MAX / 1000)
}

/// Formats a time since the epoch as ISO 8601 in UTC, to the microsecond.
pub(crate) fn timestamp(since: Duration) -> String {
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // The civil calendar from days, in eras of 400 years that begin on 1 March:
    // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let day = days + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = year + era * 400 + next;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Returns `bytes` as text if a terminal can show it unchanged.
fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty() && !text.chars().any(terminal::obeys))
}

/// Escapes characters that a terminal would interpret, in a name or text from another
/// source.
pub(crate) fn safe(name: impl AsRef<OsStr>) -> String {
    Name::from(name.as_ref().as_bytes()).to_string()
}

/// Like [`safe`], for a text of several lines that quotes other texts.
pub(crate) fn safe_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && terminal::obeys(c) {
            shown.push_str(&safe(c.to_string()));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The maximum number of bytes in a hexdump.
const DUMP_MAX: usize = 256;

/// Returns bytes as one line: as text if possible, otherwise their number.
pub(crate) fn line(bytes: &[u8]) -> String {
    const SHOWN: usize = 200;
    match printable(bytes).filter(|text| text.len() <= SHOWN) {
        Some(text) => text.to_owned(),
        None => format!("({} bytes)", bytes.len()),
    }
}

/// Writes bytes with the label `what`: a line of text as text, everything else as a
/// hexdump.
pub(crate) fn bytes(out: &mut dyn Write, what: &str, bytes: &[u8]) -> Result<()> {
    const SHOWN: usize = 4096;
    if let Some(text) = printable(bytes).filter(|text| text.len() <= SHOWN) {
        writeln!(out, "{what:<8}{text}")?;
        return writeln!(out, "{:<8}{} bytes", "length", bytes.len());
    }
    writeln!(out, "{what:<8}{} bytes", bytes.len())?;
    for (row, line) in bytes.chunks(16).take(DUMP_MAX / 16).enumerate() {
        let hex = terminal::hex(line, " ");
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
    fn a_time_has_a_unit_or_is_in_seconds_and_is_never_0() {
        for (text, ms) in [
            ("500ms", 500),
            ("2s", 2000),
            ("60", 60_000),
            ("1m", 60_000),
            ("525600m", TIME_MAX_MS),
        ] {
            assert_eq!(time(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            "0",
            "0ms",
            "ms",
            "soon",
            "-1s",
            "1.5s",
            "2 s",
            "1h",
            "525601m",
            "1sms",
            "18446744073709551615m",
            "٣s",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
        assert_eq!(time_to_answer("60s"), Ok(Duration::from_secs(60)));
        for text in ["60001ms", "2m", "0", "1000"] {
            assert!(time_to_answer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_the_date_and_time_in_utc() {
        // As date -u --iso-8601=seconds -d @SECONDS prints them.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (951_868_800, "2000-03-01T00:00:00"),
            (1_735_689_599, "2024-12-31T23:59:59"),
            (1_795_717_357, "2026-11-26T18:22:37"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
        ] {
            let time = Duration::new(seconds, 123_456_789);
            assert_eq!(timestamp(time), format!("{text}.123456Z"));
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
        assert_eq!(safe_lines("a\\n\n  b\r\x1b[2J"), "a\\n\n  b\\x0d\\x1b[2J");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_shown_raw() {
        assert!(!shown(b"\x1b[2Jboo").contains('\x1b'));
        assert!(!shown("\u{9b}2J".as_bytes()).contains('\u{9b}'));
    }
}
