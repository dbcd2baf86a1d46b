// SPDX-License-Identifier: MIT OR Apache-2.0

//! Dumps: their messages, and a trait for their handler.

#![forbid(unsafe_code)]

use super::{operation::entry, Family};
use crate::model::{Call, Operation, SetId};

impl Family<'_> {
    /// What is generated for a dump.
    pub(super) fn dump(&mut self, operation: &Operation, set: SetId, call: &Call) -> String {
        let mut out = self.request("DumpRequest", operation, set, call);
        if let Some(reply) = &call.reply {
            out += &self.dump_entry(operation, set, reply);
        }
        out += &format!(
            "/// Dumps `{}`.
            pub(crate) trait Dump: genl::NetState {{
                /// Where a dump stands between two buffers. At most as large as the core has room
                /// for; it is dropped when the dump is done or its socket is closed.
                type Cursor: Send + 'static;

                /// Begins a dump.
                fn start<'a>(
                    &'a self,
                    request: &DumpRequest<'a>,
                ) -> Result<Self::Cursor, genl::Refusal<'a>>;

                /// Puts entries until there is no room for another, or there are no more.
                ///
                /// Must call [`genl::Entries::generation`] first, with what it lists locked against
                /// changes.
                fn next<'a>(
                    &'a self,
                    request: &DumpRequest<'a>,
                    cursor: &mut Self::Cursor,
                    entries: &mut genl::Entries<'_>,
                ) -> Result<genl::Progress, genl::Refusal<'a>>;
            }}

            ",
            operation.name
        );
        out + &entry("Dump", operation, "Dump", PASS_ON)
    }

    /// The type of a dump's entries: that of the reply, if it holds the same.
    fn dump_entry(
        &mut self,
        operation: &Operation,
        set: SetId,
        reply: &crate::model::Message,
    ) -> String {
        let name = &operation.name;
        let attributes = self.listed(set, reply);
        let once = operation.r#do.as_ref().and_then(|call| call.reply.as_ref());
        let entry = if once.is_some_and(|once| once.attributes == reply.attributes) {
            let mut entry = self.message("Reply", "", set, &attributes);
            let full = entry.full();
            entry.text = format!(
                "/// An entry of a dump of `{name}`.
                pub(crate) type Dump{full} = {full};

                "
            );
            entry
        } else {
            let words = format!("An entry of a dump of ``{name}``.");
            self.message("DumpReply", &words, set, &attributes)
        };
        format!(
            "{}impl {} {{
                /// Adds this entry to a dump. Fails, and adds nothing, if there is no room for it.
                pub(crate) fn add(
                    &self,
                    entries: &mut genl::Entries<'_>,
                ) -> Result<(), genl::NoRoom> {{
                    entries.put(|attrs| self.put(attrs))
                }}
            }}

            ",
            entry.text,
            entry.implementation()
        )
    }
}

/// What the layer calls, which calls the handler.
const PASS_ON: &str = "type Cursor = N::Cursor;

fn start<'a>(
    state: &'a N,
    request: &DumpRequest<'a>,
) -> Result<N::Cursor, genl::Refusal<'a>> {
    <N as Dump>::start(state, request)
}

fn next<'a>(
    state: &'a N,
    request: &DumpRequest<'a>,
    cursor: &mut N::Cursor,
    entries: &mut genl::Entries<'_>,
) -> Result<genl::Progress, genl::Refusal<'a>> {
    <N as Dump>::next(state, request, cursor, entries)
}";
