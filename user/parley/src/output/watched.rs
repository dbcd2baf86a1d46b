// SPDX-License-Identifier: MIT OR Apache-2.0

//! The messages that `parley watch` captures, each as a line or an object.

use super::explained;
use super::json::Object;
use super::text;
use parley_netlink::explain::render::{Part, Style};
use parley_netlink::explain::{protocol_name, Direction, Field, Headline, Role};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The process at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) port: Option<u32>,
    /// Its process ID and name, if they are known.
    pub(crate) process: Option<(u32, String)>,
    /// Whether the process is a guess.
    pub(crate) is_guess: bool,
}

/// A message that was captured.
pub(crate) struct Seen<'a> {
    pub(crate) time: SystemTime,
    /// The number of its datagram.
    pub(crate) datagram: usize,
    pub(crate) protocol: u16,
    pub(crate) to: Direction,
    pub(crate) headline: &'a Headline,
    pub(crate) fields: &'a [Field],
    pub(crate) program: Program,
    /// The family and the operation of its request, if the request was captured.
    pub(crate) request: Option<(String, String)>,
    /// Whether it is shown below its request.
    pub(crate) is_below: bool,
}

const WIDTH: usize = 80;
/// The width of a time from hours to milliseconds.
const TIME: usize = 12;
const WHO: usize = 22;
const LEN: usize = 6;
const WHAT: usize = WIDTH - TIME - 2 - WHO - 1 - LEN;

/// The last parts of constants whose attributes are most informative in little room, the
/// best first.
const TELLING: [&str; 20] = [
    "IFNAME",
    "NAME",
    "DST",
    "OPERSTATE",
    "MTU",
    "ADDRESS",
    "LOCAL",
    "LABEL",
    "LLADDR",
    "SRC",
    "GATEWAY",
    "IIF",
    "OIF",
    "ID",
    "TABLE",
    "CHAIN",
    "SET",
    "HANDLE",
    "KIND",
    "PRIORITY",
];

/// The name of the family by which `parley watch` selects messages: the name of a
/// protocol, or of a Generic Netlink family.
pub(crate) fn family(protocol: u16, headline: &Headline) -> String {
    match (&headline.family, protocol_name(protocol)) {
        (Some(family), _) => family.clone(),
        (None, Some(name)) => name.trim_start_matches("NETLINK_").to_lowercase(),
        (None, None) => format!("protocol {protocol}"),
    }
}

/// The headings of the columns.
pub(crate) fn legend(style: Style) -> String {
    let line = format!(
        "{:<TIME$}  {:<WHO$}{:<WHAT$} {:>LEN$}",
        "time (UTC)", "from, to", "message", "bytes"
    );
    style.paint(Part::Offset, &line)
}

/// Shortens `text` to `width` characters.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

impl Program {
    /// Formats the process in `width` characters. The number is not shortened as long as
    /// it fits.
    fn name(&self, width: usize) -> String {
        let mark = if self.is_guess { "?" } else { "" };
        let name = match (&self.process, self.port) {
            (Some((pid, name)), _) => {
                let pid = format!(" {pid}{mark}");
                let room = width.saturating_sub(pid.chars().count());
                fit(&text::safe(name), room) + &pid
            }
            (None, Some(port)) => format!("port {port}{mark}"),
            (None, None) => "a program".to_owned(),
        };
        fit(&name, width)
    }

    /// Returns whether the process has the name `wanted`, or that process ID. The kernel
    /// keeps the first 15 bytes of a name.
    pub(crate) fn is(&self, wanted: &str) -> bool {
        let kept = wanted.as_bytes().get(..15).unwrap_or(wanted.as_bytes());
        let process = self.process.as_ref();
        process.is_some_and(|(pid, name)| name.as_bytes() == kept || pid.to_string() == wanted)
    }
}

impl Seen<'_> {
    /// Returns whether it is one of netlink's own messages: an error, an ACK or the end
    /// of a dump.
    fn is_own(&self) -> bool {
        i32::from(self.headline.kind) < libc::NLMSG_MIN_TYPE
    }

    fn is_to_kernel(&self) -> bool {
        self.to == Direction::ToKernel
    }

    /// Returns whether it is for all listeners.
    fn is_event(&self) -> bool {
        match self.headline.role {
            Role::Event => true,
            Role::Either => self.headline.portid == 0,
            _ => false,
        }
    }

    /// Returns the name of its family. Netlink's own messages have the family of their
    /// request.
    pub(crate) fn family(&self) -> String {
        match &self.request {
            Some((family, _)) if self.is_own() => family.clone(),
            _ => family(self.protocol, self.headline),
        }
    }

    fn indent(&self) -> usize {
        2 * usize::from(self.is_below)
    }

    /// Returns the sender and the receiver.
    fn who(&self) -> String {
        const ARROW: usize = "kernel → ".len() - "→".len() + 1;
        if self.is_to_kernel() {
            format!("{} → kernel", self.program.name(WHO - 1 - ARROW))
        } else if self.is_event() {
            "kernel → listeners".to_owned()
        } else {
            format!("kernel → {}", self.program.name(WHO - 1 - ARROW))
        }
    }

    /// Summarizes the message in a few words.
    fn what(&self) -> String {
        let headline = self.headline;
        let asked = match &self.request {
            Some((family, operation)) if !self.is_below => {
                format!("{} ", named(family, operation))
            }
            _ => String::new(),
        };
        if self.is_own() {
            return asked + &own(headline, self.fields);
        }
        // The line of the request above it shows the family.
        let family = self.family();
        let is_said = |(asked, _): &(String, String)| self.is_below && *asked == family;
        let mut words = match self.request.as_ref().is_some_and(is_said) {
            true => short(&headline.operation).to_owned(),
            false => named(&family, &headline.operation),
        };
        if headline.role == Role::Dump {
            words += " dump";
        }
        let attributes = attributes(self.fields);
        let last = attributes.len().saturating_sub(1);
        for (place, attribute) in attributes.iter().enumerate() {
            let more = format!("{words} {attribute}");
            let room = if place < last { WHAT - 2 } else { WHAT };
            // A shortened attribute is only useful if it is the first, which may be long.
            if place > 0 && more.chars().count() + self.indent() > room {
                return words + " …";
            }
            words = more;
        }
        words
    }

    /// Returns the whole line.
    pub(crate) fn line(&self, style: Style) -> String {
        let time = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = clock(time);
        let what = format!("{:indent$}{}", "", self.what(), indent = self.indent());
        let what = format!("{:<WHAT$}", fit(&what, WHAT));
        let part = match self.headline.role {
            _ if errno(self.headline).is_some() => Some(Part::Bad),
            Role::Request | Role::Dump => Some(Part::Heading),
            _ if self.is_event() => Some(Part::Name),
            _ => None,
        };
        let what = match part {
            Some(part) => style.paint(part, &what),
            None => what,
        };
        let len = format!("{:>LEN$}", self.len());
        format!(
            "{}  {:<WHO$}{what} {}",
            style.paint(Part::Offset, &time),
            self.who(),
            style.paint(Part::Offset, &len)
        )
    }

    /// Returns its length in bytes, with its padding.
    fn len(&self) -> usize {
        self.fields.iter().map(|field| field.len).sum()
    }

    /// Returns the message as JSON: the object of `decode`, and the process.
    pub(crate) fn object(&self) -> Object {
        let role = match self.headline.role {
            Role::Request => "request",
            Role::Dump => "dump",
            Role::Reply => "reply",
            Role::Event => "event",
            _ => "unknown",
        };
        let program = &self.program;
        let process = program.process.as_ref().map(|(pid, name)| {
            let object = Object::new().with("pid", *pid).with("name", name.as_str());
            Value::from(object.with("guess", program.is_guess))
        });
        let time = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        explained::object(self.datagram, self.protocol, self.to, self.fields)
            .with("timestamp", text::timestamp(time))
            .with("family", self.family())
            .with("operation", self.headline.operation.as_str())
            .with("role", role)
            .with("seq", self.headline.seq)
            .with("portid", program.port)
            .with("process", process)
    }
}

/// The time of day, in UTC.
fn clock(since: Duration) -> String {
    let text = text::timestamp(since);
    let from = text.find('T').map_or(0, |at| at + 1);
    text.get(from..from + TIME).unwrap_or_default().to_owned()
}

/// A family and an operation.
fn named(family: &str, operation: &str) -> String {
    format!("{} {}", text::safe(family), short(operation))
}

/// An operation without the prefix of its constant that names the family.
fn short(operation: &str) -> &str {
    let prefixes = ["RTM_", "NFT_MSG_", "NFNL_MSG_", "CTRL_CMD_"];
    let mut short = prefixes.iter().map(|prefix| operation.strip_prefix(prefix));
    short.find_map(|short| short).unwrap_or(operation)
}

/// Returns the name of the errno with which a request or a dump failed.
fn errno(headline: &Headline) -> Option<&str> {
    let failed = ["an error reply, ", "a dump failed, "];
    failed
        .iter()
        .find_map(|words| headline.operation.strip_prefix(words))
}

/// Summarizes one of netlink's own messages.
fn own(headline: &Headline, fields: &[Field]) -> String {
    let Some(errno) = errno(headline) else {
        return match headline.operation.as_str() {
            "an ACK: done" => "ACK".to_owned(),
            "the end of a dump" => "end of the dump".to_owned(),
            other => other.to_owned(),
        };
    };
    let meaning = |name: &str| {
        let field = fields.iter().find(|field| field.name == name)?;
        Some(field.meaning.as_str())
    };
    let mut words = errno.to_owned();
    if let Some(message) = meaning("NLMSGERR_ATTR_MSG") {
        words = format!("{words}: {}", bare(message));
    }
    let at = meaning("NLMSGERR_ATTR_OFFS").or(meaning("NLMSGERR_ATTR_MISS_TYPE"));
    if let Some((_, name)) = at.and_then(|at| at.split_once(": ")) {
        let name = name.trim_end_matches(" of the request");
        words = format!("{words} ({name})");
    }
    words
}

/// Shortens a value to its essence: drops quotation marks, the number before a name, the
/// prefix of a constant, and the same number in hexadecimal.
fn bare(meaning: &str) -> String {
    let quoted = meaning.strip_prefix('"').and_then(|m| m.strip_suffix('"'));
    if let Some(quoted) = quoted {
        return quoted.to_owned();
    }
    let meaning = meaning.split(" (0x").next().unwrap_or(meaning);
    match meaning.split_once(": ") {
        Some((number, name)) if number.parse::<i64>().is_ok() => match is_constant(name) {
            true => last(name).to_lowercase(),
            false => name.to_owned(),
        },
        _ => meaning.to_owned(),
    }
}

/// Returns whether a name is a C constant. Those are longer than names in specs.
fn is_constant(name: &str) -> bool {
    name.contains('_') && !name.contains(|c: char| c.is_lowercase() || c == ' ')
}

fn last(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or(name)
}

/// Ranks an attribute by how informative it is; the best has the lowest rank. `None` if
/// it is not worth the room.
fn rank(name: &str) -> Option<usize> {
    match is_constant(name) {
        true => TELLING.iter().position(|telling| *telling == last(name)),
        false => Some(0),
    }
}

/// Returns the names and values of the attributes that matter: the most informative ones
/// if their names are constants of the kernel, and all of them if the names come from a
/// spec.
fn attributes(fields: &[Field]) -> Vec<String> {
    let mut all: Vec<(&str, String)> = Vec::new();
    let (mut index, mut prefix, mut name) = (None, None, None);
    for field in fields {
        match (field.depth, &*field.name) {
            (1, "nla_type") => {
                let (_, known) = field.meaning.split_once(": ").unwrap_or_default();
                let known = known.split(", ").next().unwrap_or_default();
                name = Some(known).filter(|known| *known != "not known");
            }
            // A nest, or an attribute without a value.
            (2, "nla_len") | (1, _) => name = None,
            (2, member) => {
                if let Some(name) = name.take() {
                    all.push((name, bare(&field.meaning)));
                } else if member.ends_with("index") && field.meaning != "0" {
                    index = index.or(Some(bare(&field.meaning)));
                } else if member.ends_with("dst_len") || member.ends_with("prefixlen") {
                    prefix = Some(bare(&field.meaning));
                }
            }
            _ => {}
        }
    }
    all.retain(|(name, _)| rank(name).is_some());
    all.sort_by_key(|(name, _)| rank(name));
    // For an IPv4 address, both are the same.
    all.dedup_by(|next, one| last(next.0) == "LOCAL" && next.1 == one.1);
    let mut words = Vec::new();
    for (name, value) in &all {
        let prefix = prefix.as_ref().filter(|_| match last(name) {
            "ADDRESS" | "DST" => is_constant(name),
            _ => false,
        });
        let prefix = prefix
            .map(|prefix| format!("/{prefix}"))
            .unwrap_or_default();
        let short = match is_constant(name) {
            true => last(name).to_lowercase(),
            false => (*name).to_owned(),
        };
        words.push(format!("{short} {value}{prefix}"));
    }
    words.extend(index.map(|index| format!("index {index}")));
    words
}

#[cfg(test)]
mod tests;
