// SPDX-License-Identifier: MIT OR Apache-2.0

//! What may not go to a terminal as it is.

/// Whether a terminal, or what lays out its text, would obey this character and
/// not show it: a control, a mark of direction, or a separator of lines.
#[must_use]
pub fn obeys(c: char) -> bool {
    let hidden = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    hidden || c.is_control()
}

/// Writes bytes as hexadecimal digits, two for each byte.
#[must_use]
pub fn hex(bytes: &[u8], separator: &str) -> String {
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(separator)
}
