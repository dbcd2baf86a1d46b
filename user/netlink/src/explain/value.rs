// SPDX-License-Identifier: MIT OR Apache-2.0

//! The meaning of a value's bytes.

use super::datagram::{number, Order};
use crate::kernel::{name_of, Kind, Name, Set};
use crate::terminal;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The place and the identity of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its offset from the start of the message, in bytes.
    pub(super) offset: usize,
    /// The set that it belongs to, and its number in the set.
    pub(super) set: Set,
    pub(super) number: u16,
    /// The set of the attributes inside it.
    pub(super) inside: Set,
}

/// The meaning of a value, and a fault if it has one.
pub(super) type Shown = (String, Option<String>);

/// The maximum length of text that is shown.
const TEXT_MAX: usize = 120;

/// A number in decimal, followed by hexadecimal where that differs.
pub(super) fn plain(value: u64) -> String {
    if value < 10 {
        value.to_string()
    } else {
        format!("{value} (0x{value:x})")
    }
}

/// Quotes text. Bytes that are not text, or that a terminal would interpret, become
/// `\xNN`.
pub(super) fn quote(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if text.len() > TEXT_MAX {
                return text + "\"…";
            }
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                c if terminal::obeys(c) => text.extend(c.escape_default()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            if text.len() > TEXT_MAX {
                return text + "\"…";
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text + "\""
}

/// Returns whether `bytes` look like text, with or without a NUL.
fn is_text(bytes: &[u8]) -> bool {
    let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    let printable = |text: &str| !text.is_empty() && !text.chars().any(terminal::obeys);
    std::str::from_utf8(text).is_ok_and(printable)
}

fn text(bytes: &[u8]) -> String {
    let Some(end) = bytes.iter().position(|byte| *byte == 0) else {
        return format!("{}, without a NUL", quote(bytes));
    };
    let (text, behind) = bytes.split_at(end);
    match behind.len() {
        1 => quote(text),
        more => format!("{} and {} bytes behind its NUL", quote(text), more - 1),
    }
}

/// Formats a time in units of which `a_second` make a second.
pub(super) fn seconds(value: u64, a_second: u32) -> String {
    let (whole, rest) = (value / u64::from(a_second), value % u64::from(a_second));
    let digits = a_second.ilog10() as usize;
    let fraction = format!("{rest:0digits$}");
    match fraction.trim_end_matches('0') {
        "" => format!("{value}: {whole} s"),
        fraction => format!("{value}: {whole}.{fraction} s"),
    }
}

/// Reads `bytes` as a signed number.
pub(super) fn signed(bytes: &[u8], order: Order) -> Option<i64> {
    let unused = 64u32.checked_sub(8 * u32::try_from(bytes.len()).ok()?)?;
    let value = number(bytes, order)?;
    // The shift back extends the sign.
    Some(value.checked_shl(unused).unwrap_or(0) as i64 >> unused.min(63))
}

/// Guesses the meaning of bytes of an unknown kind.
fn guess(bytes: &[u8], order: Order) -> String {
    let len = bytes.len();
    let number = match len {
        1 | 2 | 4 | 8 => number(bytes, order),
        _ => None,
    };
    // Most texts have a NUL, and few numbers consist of letters.
    if is_text(bytes) && (bytes.last() == Some(&0) || number.is_none()) {
        return format!("{} (a guess)", text_loosely(bytes));
    }
    match number {
        Some(number) => format!("{} (a guess)", plain(number)),
        None => format!("{len} bytes"),
    }
}

fn text_loosely(bytes: &[u8]) -> String {
    quote(bytes.strip_suffix(&[0]).unwrap_or(bytes))
}

fn lengths(kind: Kind) -> &'static [usize] {
    match kind {
        Kind::Unsigned(len)
        | Kind::Signed(len)
        | Kind::Bits(len)
        | Kind::Named(len, _)
        | Kind::Flags(len, _) => match len {
            1 => &[1],
            2 => &[2],
            4 => &[4],
            _ => &[8],
        },
        Kind::In(_, kind) => lengths(*kind),
        Kind::Uint | Kind::Sint | Kind::Nanoseconds => &[4, 8],
        Kind::Milliseconds | Kind::RequestOffset => &[4],
        Kind::Address => &[4, 16],
        _ => &[],
    }
}

/// Returns `bytes` as a number, if values of this kind are numbers.
pub(super) fn number_of(kind: Kind, bytes: &[u8], order: Order) -> Option<u64> {
    match kind {
        Kind::In(order, kind) => number_of(*kind, bytes, order),
        _ if lengths(kind).contains(&bytes.len()) => number(bytes, order),
        _ => None,
    }
}

/// Returns the meaning of `bytes` as a value of this kind.
pub(super) fn show(kind: Kind, bytes: &[u8], order: Order) -> Shown {
    let lengths = lengths(kind);
    if !lengths.is_empty() && !lengths.contains(&bytes.len()) {
        let wanted: Vec<_> = lengths.iter().map(usize::to_string).collect();
        let (wanted, len) = (wanted.join(" or "), bytes.len());
        let why = format!("{len} bytes, where this attribute has {wanted}");
        return (guess(bytes, order), Some(why));
    }
    let unsigned = || number(bytes, order).unwrap_or(0);
    let meaning = match kind {
        Kind::In(order, kind) => return show(*kind, bytes, order),
        Kind::Unsigned(_) | Kind::Uint | Kind::RequestOffset => plain(unsigned()),
        Kind::Signed(_) | Kind::Sint => signed(bytes, order).unwrap_or(0).to_string(),
        Kind::Bits(_) => format!("0x{:x}", unsigned()),
        Kind::Named(_, names) => match name_of(names, unsigned()) {
            Some(name) => format!("{}: {name}", unsigned()),
            None => plain(unsigned()),
        },
        Kind::Flags(_, names) => flags(names, unsigned()),
        Kind::Nanoseconds => seconds(unsigned(), 1_000_000_000),
        Kind::Milliseconds => seconds(unsigned(), 1000),
        Kind::Text => text(bytes),
        Kind::Pad if bytes.iter().all(|byte| *byte == 0) => String::new(),
        Kind::Pad => "not zero, and not read".to_owned(),
        Kind::Bytes if is_text(bytes) => text_loosely(bytes),
        Kind::Bytes => format!("{} bytes", bytes.len()),
        Kind::Address => address(bytes),
        Kind::Hardware => hardware(bytes),
        _ => guess(bytes, order),
    };
    (meaning, None)
}

/// The names of the bits that are set, in the order of `names`.
fn flags(names: &[Name], value: u64) -> String {
    let set = names.iter().filter(|known| value & known.0 == known.0);
    let set: Vec<_> = set.map(|known| known.1).collect();
    match set[..] {
        [] => format!("0x{value:x}"),
        _ => format!("0x{value:x}: {}", set.join(", ")),
    }
}

/// An IP address.
fn address(bytes: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(v4).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(v6) => Ipv6Addr::from(v6).to_string(),
        Err(_) => String::new(),
    }
}

fn hardware(bytes: &[u8]) -> String {
    match bytes.len() {
        4 | 16 => address(bytes),
        1..=32 => terminal::hex(bytes, ":"),
        len => format!("{len} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_people_read_them() {
        let show = |kind, bytes: &[u8]| show(kind, bytes, Order::Little).0;
        assert_eq!(show(Kind::Uint, &[42, 0, 0, 0]), "42 (0x2a)");
        assert_eq!(show(Kind::Sint, &[0xfe, 0xff, 0xff, 0xff]), "-2");
        assert_eq!(
            show(Kind::Sint, &i64::MIN.to_le_bytes()),
            i64::MIN.to_string()
        );
        assert_eq!(show(Kind::Text, b"lo\0"), "\"lo\"");
        assert_eq!(show(Kind::Text, b"lo"), "\"lo\", without a NUL");
        assert_eq!(
            show(Kind::Milliseconds, &1500u32.to_le_bytes()),
            "1500: 1.5 s"
        );
        assert_eq!(
            show(Kind::Nanoseconds, &4_000_000_001u64.to_le_bytes()),
            "4000000001: 4.000000001 s"
        );
        assert_eq!(show(Kind::Address, &[127, 0, 0, 1]), "127.0.0.1");
        assert_eq!(
            show(Kind::In(Order::Big, &Kind::Unsigned(2)), &[1, 2]),
            "258 (0x102)"
        );
        assert_eq!(
            show(Kind::Hardware, &[2, 0, 0, 0, 0, 1]),
            "02:00:00:00:00:01"
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(quote(b"a\x1b[2J\xff\"\\"), "\"a\\u{1b}[2J\\xff\\\"\\\\\"");
    }

    #[test]
    fn marks_that_turn_the_text_around_are_escaped_too() {
        assert_eq!(
            quote("a\u{202e}b\u{2028}\u{200f}\u{2066}\u{200d}".as_bytes()),
            "\"a\\u{202e}b\\u{2028}\\u{200f}\\u{2066}\u{200d}\""
        );
        let (meaning, _) = show(Kind::Bytes, "a\u{202e}b".as_bytes(), Order::Little);
        assert_eq!(meaning, "5 bytes");
    }

    #[test]
    fn long_texts_are_cut_off_whatever_they_are_made_of() {
        for bytes in [[b'a'; 9999], [0xff; 9999]] {
            assert!(quote(&bytes).len() < TEXT_MAX + 20);
        }
    }

    #[test]
    fn a_length_that_does_not_fit_the_kind_is_bad() {
        let (_, bad) = show(Kind::Unsigned(4), &[1, 2], Order::Little);
        assert_eq!(bad.as_deref(), Some("2 bytes, where this attribute has 4"));
    }
}
