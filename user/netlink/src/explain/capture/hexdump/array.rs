// SPDX-License-Identifier: MIT OR Apache-2.0

//! Bytes without offsets: plain digits, and arrays and strings as in C, Rust's `{:02x?}`
//! and other languages.

use super::row::pairs;

/// What a line adds to the datagram.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// The start or the end of an array.
    Begin,
    End,
    /// The start of another datagram.
    Next,
    Bytes(Vec<u8>),
    /// Groups of digits.
    Groups(Vec<&'a str>),
}

/// Splits a line that is [`without_comments`] and may be `within` an array.
pub(super) fn parts(line: &str, within: bool) -> Result<Vec<Part<'_>>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Vec::new());
    }
    if line.contains("\\x") {
        return string(line);
    }
    if within || line.contains(['{', '[']) {
        return brackets(line, within);
    }
    // xxd -i writes such a line after an array.
    if line.contains('=') && line.ends_with(';') {
        return Ok(Vec::new());
    }
    if line.contains(',') || line.contains("0x") {
        return Ok(vec![Part::Bytes(list(line)?)]);
    }
    let between = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | ';' | '"' | '\'');
    let groups: Vec<_> = line
        .split(between)
        .filter(|group| !group.is_empty())
        .collect();
    for group in &groups {
        if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) || group.len() % 2 != 0 {
            return Err("a line that is not a hexdump".to_owned());
        }
    }
    if let [first, second, ..] = groups[..] {
        // As data, this group would not match the others.
        let value = usize::from_str_radix(first, 16).unwrap_or(usize::MAX);
        if first.len() > second.len() && first.len() > 2 && value < OFFSET_MAX {
            return Err(format!(
                "{first} may be an offset or bytes; put a colon after an offset"
            ));
        }
    }
    Ok(vec![Part::Groups(groups)])
}

/// No datagram is this long.
const OFFSET_MAX: usize = 1 << 20;

/// Removes C comments from a line. Each must end on the same line.
pub(super) fn without_comments(mut line: &str) -> Result<String, String> {
    let mut without = String::new();
    while let Some(start) = line.find("//").into_iter().chain(line.find("/*")).min() {
        let (before, comment) = line.split_at_checked(start).unwrap_or((line, ""));
        without.push_str(before);
        let Some(comment) = comment.strip_prefix("/*") else {
            return Ok(without);
        };
        // A comment separates two numbers, as in C.
        without.push(' ');
        let Some((_, behind)) = comment.split_once("*/") else {
            return Err("a comment that does not end on the same line".to_owned());
        };
        line = behind;
    }
    without.push_str(line);
    Ok(without)
}

/// Splits a line that has brackets or is `within` them. Each pair of brackets contains
/// the bytes of one datagram.
fn brackets(line: &str, within: bool) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let (mut rest, mut within) = (line, within);
    loop {
        let mark = rest.find(['{', '[', '}', ']']);
        let (segment, behind) = match mark {
            Some(at) => (
                rest.get(..at).unwrap_or_default(),
                rest.get(at..).unwrap_or_default(),
            ),
            None => (rest, ""),
        };
        let mut behind = behind.chars();
        let closes = match behind.next() {
            Some('}' | ']') => Some(true),
            Some(_) => Some(false),
            None => None,
        };
        let segment = segment.trim();
        match list(segment) {
            Ok(bytes) if within && closes != Some(false) => parts.push(Part::Bytes(bytes)),
            Ok(bytes) if bytes.is_empty() => {}
            Ok(_) => return Err("bytes outside the brackets".to_owned()),
            Err(_) if !within || closes.is_some() && is_name(segment) => {}
            Err(why) => return Err(why),
        }
        match closes {
            Some(true) => {
                parts.push(Part::End);
                within = false;
            }
            Some(false) => {
                // In C, an array's length follows its name directly.
                let name = rest.get(..mark.unwrap_or(0)).unwrap_or_default();
                let is_letter = |c: char| c.is_alphanumeric() || c == '_';
                if name.ends_with(is_letter) && behind.as_str().contains(']') {
                    let length = behind.as_str().split_once(']');
                    rest = length.map_or("", |(_, behind)| behind);
                    continue;
                }
                parts.push(Part::Begin);
                within = true;
            }
            None => break,
        }
        rest = behind.as_str();
    }
    let bytes = |part: &Part<'_>| matches!(part, Part::Bytes(bytes) if !bytes.is_empty());
    let opened = within && !line.is_empty();
    let declares = parts.is_empty() && line.ends_with('=');
    let closed = matches!(parts.first(), Some(Part::Bytes(_) | Part::End));
    if !(parts.iter().any(bytes) || opened || closed || declares) {
        return Err("a line that is not a hexdump".to_owned());
    }
    Ok(parts)
}

/// Returns whether the segment is the name of a field, a type, a time or a source
/// location, rather than a list.
fn is_name(segment: &str) -> bool {
    let first = segment.split([',', ';', ' ']).next().unwrap_or_default();
    let byte = first.len() < 4 && u8::from_str_radix(first, 16).is_ok();
    !byte && !segment.contains("0x")
}

/// Returns the bytes of a list.
fn list(text: &str) -> Result<Vec<u8>, String> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let tokens: Vec<_> = text
        .split(between)
        .filter(|token| !token.is_empty())
        .collect();
    let marked = tokens.iter().any(|token| token.starts_with("0x"));
    let mut bytes = Vec::new();
    for token in &tokens {
        let digits = token.strip_prefix("0x");
        let hex = digits.unwrap_or(token);
        if hex.is_empty() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("a line that is not a hexdump".to_owned());
        }
        let value = u8::from_str_radix(hex, 16).ok();
        match (digits, value, hex.len()) {
            (Some(_), Some(value), 1 | 2) => bytes.push(value),
            // The whole datagram; a shorter number may be a machine word.
            (Some(_), _, 17..) if tokens.len() == 1 => pairs(hex, &mut bytes)?,
            (Some(_), _, _) => return Err(format!("{token} is a word, not a byte")),
            (None, Some(value), 1) if marked && value < 10 => bytes.push(value),
            (None, Some(value), 2) if !marked => bytes.push(value),
            (None, _, _) => {
                return Err(format!(
                    "{token} may be decimal or hexadecimal; Rust's {{:02x?}}, and 0x, say \
                     which"
                ));
            }
        }
    }
    Ok(bytes)
}

/// Splits a line of strings whose bytes are all `\xNN`.
fn string(line: &str) -> Result<Vec<Part<'_>>, String> {
    let quote = line.find(['"', '\'']).and_then(|at| line.get(at..=at));
    let pieces: Vec<_> = match quote {
        Some(quote) => line.split(quote).collect(),
        None => vec!["", line, ""],
    };
    let last = pieces.len().saturating_sub(1);
    let (mut bytes, mut parts) = (Vec::new(), Vec::new());
    for (i, piece) in pieces.iter().enumerate() {
        if i % 2 == 1 && i < last {
            escapes(piece, &mut bytes)?;
        } else if i > 0 && i < last && !piece.trim_matches([',', ' ']).is_empty() {
            return Err("a line that is not a hexdump".to_owned());
        } else if piece.starts_with("...") {
            return Err("the string is cut off; strace -s 65536 shows all".to_owned());
        } else if piece.contains("\\x") {
            return Err("a string without a closing quote".to_owned());
        }
    }
    let around = |piece: Option<&&str>| piece.is_some_and(|piece| !piece.trim().is_empty());
    if around(pieces.first()) {
        parts.push(Part::Next);
    }
    parts.push(Part::Bytes(bytes));
    if around(pieces.last()) {
        parts.push(Part::Next);
    }
    Ok(parts)
}

fn escapes(piece: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
    let mut rest = piece.trim();
    while !rest.is_empty() {
        let digits = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2));
        let Some(digits) = digits.filter(|digits| pairs(digits, bytes).is_ok()) else {
            return Err("a string in which not every byte is \\xNN".to_owned());
        };
        rest = rest
            .get(2 + digits.len()..)
            .unwrap_or_default()
            .trim_start();
    }
    Ok(())
}
