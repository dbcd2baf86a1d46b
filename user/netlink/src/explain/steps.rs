// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls of a conversation, as a C program would write them.
//!
//! ```
//! use parley_netlink::explain::{render::Style, steps};
//! use parley_netlink::netlink::tap::{Step, Tap};
//! use parley_netlink::netlink::{protocol, Socket};
//! use std::sync::Arc;
//!
//! #[derive(Debug)]
//! struct Steps;
//!
//! impl Tap for Steps {
//!     fn step(&self, step: &Step<'_>) {
//!         // create   socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_GENERIC) = 3
//!         eprint!("{}", steps::text(step, Style::default()));
//!     }
//! }
//!
//! Socket::open_with_tap(protocol::GENERIC, Arc::new(Steps))?;
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::datagram::{number, protocol_name, Order};
use super::render::{wrap, Part, Style};
use super::value::{quote, signed};
use crate::netlink::errno::Errno;
use crate::netlink::tap::{Call, Meaning, Member, Method, Step};

/// The width of the column before a call, which shows its purpose.
const STAGE: usize = 9;

/// The address of a netlink socket with this port.
fn address(portid: u32) -> String {
    format!("{{AF_NETLINK, pid {portid}, groups 0}}")
}

/// An option's level, name and number, if it is one that this library uses.
fn option(level: i32, option: i32) -> (String, String) {
    let name = match (level, option) {
        (libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP) => "NETLINK_ADD_MEMBERSHIP",
        (libc::SOL_NETLINK, libc::NETLINK_CAP_ACK) => "NETLINK_CAP_ACK",
        (libc::SOL_NETLINK, libc::NETLINK_EXT_ACK) => "NETLINK_EXT_ACK",
        (libc::SOL_NETLINK, libc::NETLINK_GET_STRICT_CHK) => "NETLINK_GET_STRICT_CHK",
        (libc::SOL_NETLINK, libc::NETLINK_DROP_MEMBERSHIP) => "NETLINK_DROP_MEMBERSHIP",
        (libc::SOL_NETLINK, libc::NETLINK_LISTEN_ALL_NSID) => "NETLINK_LISTEN_ALL_NSID",
        (libc::SOL_SOCKET, libc::SO_RCVBUF) => "SO_RCVBUF",
        (libc::SOL_SOCKET, libc::SO_RCVBUFFORCE) => "SO_RCVBUFFORCE",
        _ => "",
    };
    let level = match level {
        libc::SOL_NETLINK => "SOL_NETLINK".to_owned(),
        libc::SOL_SOCKET => "SOL_SOCKET".to_owned(),
        level => level.to_string(),
    };
    match name {
        "" => (level, option.to_string()),
        name => (level, name.to_owned()),
    }
}

/// The purpose of the call, and the call.
fn call(step: &Step<'_>) -> (&'static str, String) {
    let fd = step.fd;
    match step.call {
        Call::Socket { protocol } => {
            let protocol = u16::try_from(protocol)
                .ok()
                .and_then(protocol_name)
                .map_or_else(|| protocol.to_string(), str::to_owned);
            let call = format!("socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, {protocol})");
            ("create", call)
        }
        Call::SetOption {
            level,
            option: number,
            value,
        } => {
            let (level, name) = option(level, number);
            let call = format!("setsockopt({fd}, {level}, {name}, [{value}], 4)");
            ("option", call)
        }
        Call::SetTimeout { timeout } => {
            let micros = timeout.unwrap_or_default().as_nanos().div_ceil(1000);
            let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
            let value = format!("{{tv_sec={seconds}, tv_usec={micros}}}");
            let len = size_of::<libc::timeval>();
            let call = format!("setsockopt({fd}, SOL_SOCKET, SO_RCVTIMEO, [{value}], {len})");
            ("option", call)
        }
        Call::Connect => ("address", format!("connect({fd}, {}, 12)", address(0))),
        Call::Name { portid } => {
            let call = format!("getsockname({fd}, {}, [12])", address(portid));
            ("address", call)
        }
        Call::Send { bytes, .. } => {
            let len = bytes.len();
            (
                "send",
                format!("sendto({fd}, [{len} bytes], {len}, 0, NULL, 0)"),
            )
        }
        Call::Receive {
            room,
            bytes,
            from,
            method,
            waits,
            ..
        } => {
            let len = bytes.len();
            let flags = if waits {
                "MSG_TRUNC"
            } else {
                "MSG_TRUNC|MSG_DONTWAIT"
            };
            let from = from.map_or_else(|| "[none]".to_owned(), address);
            let call = match (method, step.result) {
                (Method::Address, Ok(_)) => {
                    format!("recvfrom({fd}, [{len} bytes], {room}, {flags}, {from}, [12])")
                }
                (Method::Address, Err(_)) => format!("recvfrom({fd}, [none], {room}, {flags})"),
                (Method::Message { nsid }, Ok(_)) => {
                    let control = nsid.map_or_else(String::new, |nsid| {
                        format!("{{SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, {nsid}}}")
                    });
                    format!(
                        "recvmsg({fd}, {{{from}, [{len} of {room} bytes], [{control}]}}, {flags})"
                    )
                }
                (Method::Message { .. }, Err(_)) => {
                    format!("recvmsg({fd}, {{[none of {room} bytes]}}, {flags})")
                }
            };
            ("receive", call)
        }
        Call::Wait { timeout } => {
            let timeout = timeout.map_or(-1, |timeout| {
                i64::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
            });
            ("wait", format!("poll([{{{fd}, POLLIN}}], 1, {timeout})"))
        }
        Call::Close => ("close", format!("close({fd})")),
        Call::Open { path } => {
            let path = quote(path.as_bytes());
            (
                "open",
                format!("openat(AT_FDCWD, {path}, O_RDWR|O_CLOEXEC)"),
            )
        }
        Call::Ioctl { request, argument } => {
            let inline = argument
                .iter()
                .filter(|member| member.meaning != Meaning::Bytes);
            let members: Vec<_> = inline.map(member).collect();
            (
                "control",
                format!("ioctl({fd}, {request}, {{{}}})", members.join(", ")),
            )
        }
        Call::Write { bytes } => {
            let len = bytes.len();
            ("write", format!("write({fd}, [{len} bytes], {len})"))
        }
        Call::Read {
            room,
            offset,
            bytes,
        } => {
            let len = bytes.len();
            (
                "read",
                format!("pread64({fd}, [{len} bytes], {room}, {offset})"),
            )
        }
    }
}

/// The name and the value of a member of an ioctl's argument.
fn member(member: &Member<'_>) -> String {
    let Member {
        name,
        bytes,
        meaning,
    } = member;
    let unsigned = || number(bytes, Order::NATIVE).unwrap_or(0);
    let value = match meaning {
        Meaning::Text => {
            let end = bytes.iter().position(|byte| *byte == 0);
            quote(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default())
        }
        Meaning::Unsigned => unsigned().to_string(),
        Meaning::Signed => signed(bytes, Order::NATIVE).unwrap_or(0).to_string(),
        Meaning::Address => format!("0x{:x}", unsigned()),
        Meaning::Bytes => String::new(),
    };
    format!("{name} {value}")
}

/// The result of the call.
fn result(step: &Step<'_>) -> String {
    let truncated = match step.call {
        Call::Receive { bytes, whole, .. } => whole > bytes.len(),
        _ => false,
    };
    match step.result {
        _ if matches!(step.call, Call::Close) => String::new(),
        Ok(value) if truncated => format!(" = {value}, more than there was room for"),
        Ok(value) => format!(" = {value}"),
        Err(errno) => {
            let errno = Errno(errno);
            format!(" = -1 {} ({})", errno.name(), errno.text())
        }
    }
}

/// Shows a step as lines of 80 columns: its purpose, the call, and its result.
#[must_use]
pub fn text(step: &Step<'_>, style: Style) -> String {
    let (stage, call) = call(step);
    let mut out = String::new();
    let lines = wrap(&format!("{call}{}", result(step)), 80 - STAGE - 2);
    for (i, line) in lines.iter().enumerate() {
        let before = if i == 0 { stage } else { "" };
        let indent = if i == 0 { "" } else { "  " };
        out.push_str(&style.paint(Part::Name, &format!("{before:<STAGE$}")));
        out.push_str(indent);
        out.push_str(&style.paint(Part::Heading, line));
        out.push('\n');
    }
    if let Call::Ioctl { argument, .. } = step.call {
        for member in argument
            .iter()
            .filter(|member| member.meaning == Meaning::Bytes)
        {
            out.push_str(&bytes(member.name, member.bytes));
        }
    }
    if let Call::Write { bytes: written } = step.call {
        out.push_str(&bytes("the bytes", written));
    }
    if let Call::Read { bytes: read, .. } = step.call {
        out.push_str(&bytes("the bytes", read));
    }
    out
}

/// Shows bytes without a structure as text.
fn bytes(name: &str, bytes: &[u8]) -> String {
    let mut out = String::new();
    let words = format!("{name}: {}, {} bytes", quote(bytes), bytes.len());
    for line in wrap(&words, 80 - STAGE - 2) {
        out.push_str(&format!("{:width$}{line}\n", "", width = STAGE + 2));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_receive_with_ancillary_data_is_shown_as_the_call_that_it_is() {
        let shown = |nsid, result| {
            let call = Call::Receive {
                room: 64,
                bytes: &[0; 20],
                whole: 20,
                from: Some(0),
                protocol: 0,
                method: Method::Message { nsid },
                waits: false,
            };
            let step = Step {
                fd: 3,
                call,
                result,
            };
            let text = text(&step, Style::default());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            shown(Some(77), Ok(20)),
            "receive recvmsg(3, {{AF_NETLINK, pid 0, groups 0}, [20 of 64 bytes], \
             [{SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 77}]}, MSG_TRUNC|MSG_DONTWAIT) = 20"
        );
        assert!(shown(None, Ok(20)).contains("bytes], []}, MSG_TRUNC|MSG_DONTWAIT) = 20"));
        assert!(shown(None, Err(libc::EAGAIN))
            .contains("64 bytes]}, MSG_TRUNC|MSG_DONTWAIT) = -1 EAGAIN"));
    }

    #[test]
    fn a_timeout_is_shown_as_it_is_passed() {
        let shown = |timeout| {
            let step = Step {
                fd: 3,
                call: Call::SetTimeout { timeout },
                result: Ok(0),
            };
            let text = text(&step, Style::default());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for (timeout, value) in [
            (None, "{tv_sec=0, tv_usec=0}"),
            (Some((1, 999_999_999)), "{tv_sec=2, tv_usec=0}"),
            (Some((0, 1_001)), "{tv_sec=0, tv_usec=2}"),
        ] {
            let timeout = timeout.map(|(seconds, nanos)| Duration::new(seconds, nanos));
            let text = shown(timeout);
            assert!(
                text.contains(&format!("SO_RCVTIMEO, [{value}], ")),
                "{text}"
            );
        }
    }
}
