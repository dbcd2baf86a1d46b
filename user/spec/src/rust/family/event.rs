// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages that the kernel sends by itself.

#![forbid(unsafe_code)]

use super::{super::text::constant, message::Made, module, operation::sending, Family};
use crate::model::{Call, EventSource, Operation, OperationId, SetId};

impl<'s> Family<'s> {
    /// What is generated for a message that the kernel sends by itself.
    pub(super) fn event(&mut self, operation: &Operation, set: SetId) -> String {
        let Some(event) = &operation.event else {
            return String::new();
        };
        let made = match &event.source {
            EventSource::Own(message) => {
                let attributes = self.listed(set, message);
                let words = format!("The message ``{}``.", operation.name);
                self.message("Event", &words, set, &attributes)
            }
            EventSource::Notify(id) => match self.like_a_reply(operation, *id) {
                Some(made) => made,
                None => {
                    let what = "a notification of an operation without a reply";
                    self.unsupported(operation.at, what);
                    return String::new();
                }
            },
        };
        let of = made.implementation();
        let Some(group) = event.group else {
            return made.text + &sending(operation, &of, false);
        };
        let (name, index) = (&self.spec[group].name, group.index());
        let cmd = constant(&operation.name);
        made.text
            + &format!(
                "impl {of} {{
                    /// The number of the message.
                    pub(crate) const CMD: u8 = super::cmd::{cmd};

                    /// The place of the group `{name}` in the family's list.
                    pub(crate) const GROUP: usize = {index};

                    /// Notifies the group `{name}` in the namespace of `call`; see
                    /// [`genl::Request::notify`].
                    pub(crate) fn notify<N: genl::NetState>(
                        &self,
                        call: &genl::Request<'_, N>,
                    ) -> bool {{
                        call.notify(Self::GROUP, Self::CMD, self.size(), |attrs| self.put(attrs))
                    }}
                }}

                "
            )
    }

    /// The type of a notification, which holds what a reply of the operation `id` holds.
    fn like_a_reply(&mut self, operation: &Operation, id: OperationId) -> Option<Made> {
        let spec = self.spec;
        let source = &spec[id];
        let reply_of = |call: &'s Option<Call>| call.as_ref()?.reply.as_ref();
        let (name, reply) = match (reply_of(&source.r#do), reply_of(&source.dump)) {
            (Some(reply), _) => ("Reply", reply),
            (None, reply) => ("DumpReply", reply?),
        };
        let set = source.attributes?;
        let attributes = self.listed(set, reply);
        let inner = self.message(name, "", set, &attributes);
        let mut made = inner.called("Event");
        let (full, of) = (made.full(), made.implementation());
        made.text = format!(
            "/// The message `{}`. Holds what a reply to `{}` holds.
            #[derive(Clone, Copy, Default)]
            pub(crate) struct {full}(pub(crate) {}::{});

            impl {of} {{
                /// Returns the bytes that the attributes take.
                pub(crate) fn size(&self) -> usize {{
                    self.0.size()
                }}

                /// Puts the attributes. Fails if there is no room for them.
                pub(crate) fn put(
                    &self,
                    attrs: &mut genl::Attributes<'_>,
                ) -> Result<(), genl::NoRoom> {{
                    self.0.put(attrs)
                }}
            }}

            ",
            operation.name,
            source.name,
            module(source),
            inner.full(),
        );
        Some(made)
    }
}
