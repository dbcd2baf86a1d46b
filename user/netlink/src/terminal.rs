// SPDX-License-Identifier: MIT OR Apache-2.0

//! Characters that must not be sent to a terminal unchanged.

/// Returns whether a terminal, or its text layout, would interpret this character instead
/// of showing it: a control character, a direction mark, or a line separator.
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
