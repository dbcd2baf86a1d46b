// SPDX-License-Identifier: MIT OR Apache-2.0

//! Converts bytes to text by a spec's `display-hint`, and back.

use parley_netlink::terminal::hex;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Separators between bytes.
const SEPARATORS: [char; 3] = [':', '-', ' '];

/// Reads bytes in hexadecimal: pairs of digits, or parts between separators. A part may
/// also have a single digit, as in `2:0:0:0:0:1`.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let has_parts = text.contains(SEPARATORS);
    let mut bytes = Vec::new();
    for part in text.split(SEPARATORS) {
        let digits = part
            .chars()
            .map(|c| c.to_digit(16).map(|digit| digit as u8));
        match *digits.collect::<Option<Vec<u8>>>()? {
            [] if has_parts => return None,
            [digit] if has_parts => bytes.push(digit),
            ref digits => {
                for pair in digits.chunks(2) {
                    let [high, low] = pair else { return None };
                    bytes.push(high << 4 | low);
                }
            }
        }
    }
    Some(bytes)
}

/// Formats bytes by the hint. Without a suitable hint, the text is hexadecimal digits.
pub(super) fn text(bytes: &[u8], hint: Option<&str>) -> String {
    let octets: Result<[u8; 16], _> = bytes.try_into();
    match (hint, octets) {
        (Some("mac"), _) => hex(bytes, ":"),
        (Some("hex"), _) => hex(bytes, " "),
        (Some("ipv4" | "ipv6" | "ipv4-or-v6"), Ok(octets)) => Ipv6Addr::from(octets).to_string(),
        (Some("ipv4" | "ipv6" | "ipv4-or-v6"), Err(_)) => match <[u8; 4]>::try_from(bytes) {
            Ok(octets) => Ipv4Addr::from(octets).to_string(),
            Err(_) => hex(bytes, ""),
        },
        (Some("uuid"), Ok(octets)) => {
            let digits = hex(&octets, "");
            let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
            let parts = parts.map(|part| digits.get(part).unwrap_or_default());
            parts.join("-")
        }
        _ => hex(bytes, ""),
    }
}

/// Parses text; the inverse of [`text`].
pub(super) fn bytes(text: &str, hint: Option<&str>) -> Option<Vec<u8>> {
    match hint {
        Some("ipv4" | "ipv6" | "ipv4-or-v6") => match text.parse() {
            Ok(IpAddr::V4(address)) => Some(address.octets().to_vec()),
            Ok(IpAddr::V6(address)) => Some(address.octets().to_vec()),
            Err(_) => unhex(text),
        },
        // Hardware addresses of other lengths are written without separators.
        Some("mac") => unhex(text).filter(|bytes| bytes.len() == 6 || !text.contains(SEPARATORS)),
        Some("uuid") => unhex(&text.replace('-', "")),
        _ => unhex(text),
    }
}

/// Describes the expected format, for errors.
pub(super) fn expected(hint: Option<&str>) -> &'static str {
    match hint {
        Some("mac") => "an address such as 02:00:00:00:00:01",
        Some("ipv4") => "an address such as 192.0.2.1",
        Some("ipv6") => "an address such as 2001:db8::1",
        Some("ipv4-or-v6") => "an address such as 192.0.2.1 or 2001:db8::1",
        Some("uuid") => "a UUID",
        _ => "bytes as hexadecimal digits",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_one_digit_do_not_join_their_neighbours() {
        let mac = Some(vec![2, 0, 0xa, 0, 0, 1]);
        for text in [
            "2:0:a:0:0:1",
            "02-0-0a-0-0-1",
            "02000a000001",
            "02 00 0a 00 00 01",
        ] {
            assert_eq!(bytes(text, Some("mac")), mac, "{text}");
        }
        assert_eq!(bytes("0200 0a", None), Some(vec![2, 0, 0xa]));
        assert_eq!(bytes("0a000001", Some("mac")), Some(vec![10, 0, 0, 1]));
        for text in [
            "2:0:a:0:0",
            "2:0:a:0:0:1:2",
            "10.0.0.1",
            "02:00:0a00:00:1:1",
        ] {
            assert_eq!(bytes(text, Some("mac")), None, "{text}");
        }
    }

    #[test]
    fn each_hint_has_its_text_and_reads_it_again() {
        let six = [2, 0, 0, 0, 0, 0xa1];
        let all: Vec<u8> = (0..16).collect();
        for (value, hint, expected) in [
            (&six[..], Some("mac"), "02:00:00:00:00:a1"),
            (&six, Some("hex"), "02 00 00 00 00 a1"),
            (&six, None, "0200000000a1"),
            (&six[..4], Some("ipv4"), "2.0.0.0"),
            (&all, Some("ipv6"), "1:203:405:607:809:a0b:c0d:e0f"),
            (&all, Some("uuid"), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
            // Neither an IPv4 nor an IPv6 address.
            (&six, Some("ipv4-or-v6"), "0200000000a1"),
            (&[], Some("mac"), ""),
        ] {
            assert_eq!(text(value, hint), expected);
            assert_eq!(bytes(expected, hint).as_deref(), Some(value), "{expected}");
        }
        for wrong in ["1", "xy", "0x12", "1:", ":1", "1::2", "-1", "012 1"] {
            assert_eq!(bytes(wrong, None), None, "{wrong}");
        }
    }
}
