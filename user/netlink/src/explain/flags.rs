// SPDX-License-Identifier: MIT OR Apache-2.0

//! The names of a message's flags. The same bit has different names in different kinds of
//! messages. Source: `include/uapi/linux/netlink.h`, `NLM_F_*`.

/// The purpose of a message, which decides the meaning of the upper flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reads something.
    Get,
    /// Creates or changes something, or reports such a change.
    New,
    /// Deletes something, or reports a deletion.
    Delete,
    /// An error or an ACK.
    Error,
    /// The end of a dump.
    Done,
    /// Another purpose, or an unknown one.
    Other,
}

impl Purpose {
    /// Returns the purpose of a message with this name, which begins with a verb.
    pub(super) fn of(name: Option<&str>) -> Self {
        match name {
            Some(name) if name.starts_with("GET") => Self::Get,
            Some(name) if name.starts_with("DE") => Self::Delete,
            Some(name) if name.starts_with("NEW") => Self::New,
            _ => Self::Other,
        }
    }
}

const COMMON: &[(u16, &str)] = &[
    (0x01, "REQUEST"),
    (0x02, "MULTI"),
    (0x04, "ACK"),
    (0x08, "ECHO"),
    (0x10, "DUMP_INTR"),
    (0x20, "DUMP_FILTERED"),
];

/// Returns the names of the flags that are set. Flags without a name appear in
/// hexadecimal.
pub(super) fn names(flags: u16, purpose: Purpose) -> String {
    let upper: &[(u16, &str)] = match purpose {
        Purpose::Get => &[
            (0x300, "DUMP"),
            (0x100, "ROOT"),
            (0x200, "MATCH"),
            (0x400, "ATOMIC"),
        ],
        Purpose::New => &[
            (0x100, "REPLACE"),
            (0x200, "EXCL"),
            (0x400, "CREATE"),
            (0x800, "APPEND"),
        ],
        Purpose::Delete => &[(0x100, "NONREC"), (0x200, "BULK")],
        Purpose::Error => &[(0x100, "CAPPED"), (0x200, "ACK_TLVS")],
        Purpose::Done => &[(0x200, "ACK_TLVS")],
        // If a command can be dumped, the two bits together ask for a dump.
        Purpose::Other => &[
            (0x300, "DUMP"),
            (0x100, "ROOT or REPLACE"),
            (0x200, "MATCH or EXCL"),
            (0x400, "ATOMIC or CREATE"),
            (0x800, "APPEND"),
        ],
    };
    let mut left = flags;
    let mut names = Vec::new();
    for (bits, name) in COMMON.iter().chain(upper) {
        if left & bits == *bits {
            names.push((*name).to_owned());
            left &= !bits;
        }
    }
    if left != 0 {
        names.push(format!("0x{left:x} (no such flag)"));
    }
    if names.is_empty() {
        names.push("none".to_owned());
    }
    names.join(", ")
}
