// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations, notifications and events.

use super::{
    super::text::{camel, doc, snake},
    parts::{Family, Made},
};
use crate::model::{
    Attribute, Call, Event, EventSource, Hooks, KernelPolicy, Message, Operation, OperationId,
    Permission, SetId, Validation,
};
use std::fmt::Write;

/// Returns the type that stands for a do or dump.
pub(super) fn marker(operation: &Operation, dump: bool) -> String {
    match dump {
        false => camel(&operation.name),
        true => camel(&format!("{}-dump", operation.name)),
    }
}

/// Returns the hook of a do, if the spec has one.
pub(super) fn hook(call: &Call) -> Option<&Hooks> {
    let hooks = &call.hooks;
    (hooks.pre.is_some() || hooks.post.is_some()).then_some(hooks)
}

/// Returns the name of a hook: that of `pre`, if there is one.
pub(super) fn hook_name(hooks: &Hooks) -> &str {
    hooks
        .pre
        .as_deref()
        .or(hooks.post.as_deref())
        .unwrap_or_default()
}

/// Returns the module with the messages of a do or dump.
fn module(operation: &Operation, dump: bool) -> String {
    match snake(&operation.name) + if dump { "_dump" } else { "" } {
        name if matches!(
            &*name,
            "attr" | "codegen" | "family" | "kernel" | "nest" | "policy"
        ) =>
        {
            name + "_"
        }
        name => name,
    }
}

impl<'s> Family<'s> {
    /// Returns the attributes of a message.
    pub(super) fn listed(&self, set: SetId, message: &Message) -> Vec<&'s Attribute> {
        let spec = self.spec;
        let attributes = &spec[set].attributes;
        let places = message.attributes.iter();
        places.map(|place| &attributes[*place]).collect()
    }

    /// Returns the code for the do and the dump of an operation.
    pub(super) fn calls(&mut self, operation: &Operation) -> String {
        let Some(set) = operation.attributes else {
            // A reserved number.
            return String::new();
        };
        let mut out = String::new();
        if let Some(call) = &operation.r#do {
            out += &self.call(operation, set, call, false);
        }
        if let Some(call) = &operation.dump {
            out += &self.call(operation, set, call, true);
        }
        out
    }

    /// Returns the code for a notification or event, which may have the contents of a
    /// reply.
    pub(super) fn sent(&mut self, id: OperationId, operation: &Operation) -> String {
        match (&operation.event, operation.attributes) {
            (Some(event), Some(set)) => self.event(id, operation, set, event),
            _ => String::new(),
        }
    }

    fn call(&mut self, operation: &Operation, set: SetId, call: &Call, dump: bool) -> String {
        let (marker, module) = (marker(operation, dump), module(operation, dump));
        let request = self.request(operation, set, call);
        let mut inside = String::new();
        let reply = call.reply.as_ref().map(|reply| {
            let key = (set, reply.attributes.clone());
            if let Some(made) = self.replies.get(&key) {
                let full = made.full();
                let _ = write!(
                    inside,
                    "/// The attributes of the reply.
                    pub(crate) type {} = super::{full};\n",
                    made.local()
                );
                return made.clone();
            }
            let attributes = self.listed(set, reply);
            let words = match dump {
                false => "The attributes of the reply.",
                true => "The attributes of an entry.",
            };
            let header = operation.fixed_header;
            let (text, made) = self.payload("Reply", words, set, &attributes, header);
            inside += &text;
            let made = made.inside(&module);
            self.replies.insert(key, made.clone());
            made
        });
        let words = match dump {
            false => operation.doc.clone(),
            true => format!("Dump: {}", operation.doc),
        };
        let flags = match operation.permission {
            Permission::Anyone => "0",
            Permission::NamespaceAdmin => "UNS_ADMIN_PERM",
            Permission::Admin => "ADMIN_PERM",
        };
        // If several requests share a policy, the core takes this to mean that the policy
        // does not apply to the dump, whose attributes it then ignores.
        let ignored = dump
            && self.spec.kernel_policy != KernelPolicy::Split
            && operation.dont_validate.contains(&Validation::Dump);
        let skipped: Vec<&str> = (operation.dont_validate.iter())
            .filter_map(|part| match (part, dump) {
                (Validation::Strict, false) => Some("DONT_VALIDATE_STRICT"),
                (Validation::Dump, true) => Some("DONT_VALIDATE_DUMP"),
                (Validation::DumpStrict, true) => Some("DONT_VALIDATE_DUMP_STRICT"),
                _ => None,
            })
            .collect();
        let validate = match (ignored, skipped.is_empty()) {
            (true, _) => "DONT_VALIDATE_DUMP | DONT_VALIDATE_DUMP_STRICT".into(),
            (false, true) => "0".into(),
            (false, false) => skipped.join(" | "),
        };
        let number = operation.request_number.unwrap_or_default();
        let reply_number = match operation.reply_number {
            Some(reply) if reply != number && call.reply.is_some() => {
                format!("const REPLY_CMD: u8 = {reply};\n")
            }
            _ => String::new(),
        };
        let (policy, mut methods) = match ignored {
            true => ("[]".into(), String::new()),
            false => (request.policy(), request.methods),
        };
        if let Some(header) = operation.fixed_header {
            let of = camel(&self.spec[header].name);
            let _ = write!(
                methods,
                "/// The family's own header.
                pub(crate) fn family_header(&self) -> Result<{of}, ExtAck<'a>> {{
                    codegen::family_header(self).map({of}::from_bytes)
                }}

                "
            );
        }
        let replies = reply.is_some();
        let reply = reply.map_or_else(|| "()".into(), |made| made.full());
        let mut out = doc(0, &words);
        let _ = write!(
            out,
            "pub(crate) enum {marker} {{}}

            impl Op for {marker} {{
                const CMD: u8 = {number};
                {reply_number}const FLAGS: u32 = {flags};
                const VALIDATE: u32 = {validate};
                const POLICY: &'static [Policy] = &{policy};
                const REPLIES: bool = {replies};
                type Reply<'a> = {reply};
            }}

            "
        );
        if !methods.is_empty() {
            let _ = write!(out, "impl<'a> Attrs<'a, {marker}> {{\n{methods}}}\n\n");
        }
        if let (false, Some(hooks)) = (dump, hook(call)) {
            let hook = self.hook(hooks, set);
            let _ = write!(
                out,
                "impl HookedOp for {marker} {{
                    type Hook = {hook};
                }}

                "
            );
        }
        if !inside.is_empty() {
            out += &doc(0, &format!("Messages of ``{marker}``."));
            let uses = match inside.contains("struct") {
                true => "use super::*;\n\n",
                false => "",
            };
            let _ = write!(out, "pub(crate) mod {module} {{\n{uses}{inside}}}\n\n");
        }
        out
    }

    /// Returns an event, which the kernel sends unrequested.
    fn event(
        &mut self,
        id: OperationId,
        operation: &Operation,
        set: SetId,
        event: &Event,
    ) -> String {
        let name = camel(&operation.name);
        let (mut out, of) = match &event.source {
            EventSource::Own(message) => {
                let attributes = self.listed(set, message);
                let header = operation.fixed_header;
                let (text, made) = self.payload(&name, &operation.doc, set, &attributes, header);
                (text, made.anonymous())
            }
            EventSource::Notify(source) => match self.notification(&name, operation, *source) {
                Some(made) => made,
                None => {
                    let what = "a notification of an operation without a reply";
                    self.unsupported(self.spec[id].at, what);
                    return String::new();
                }
            },
        };
        let number = operation.reply_number.or(operation.request_number);
        let _ = write!(
            out,
            "impl Message for {of} {{
                const CMD: u8 = {};
            }}

            ",
            number.unwrap_or_default()
        );
        if let Some(group) = event.group {
            let _ = write!(
                out,
                "impl Notification for {of} {{
                    /// `{}`.
                    const GROUP: usize = {};
                }}

                ",
                self.spec[group].name,
                group.index()
            );
        }
        out
    }

    /// Returns the definition and the type of a notification with the contents of a reply
    /// of the operation `source`.
    fn notification(
        &mut self,
        name: &str,
        operation: &Operation,
        source: OperationId,
    ) -> Option<(String, String)> {
        let source = &self.spec[source];
        let reply_of = |call: &'s Option<Call>| call.as_ref()?.reply.as_ref();
        let reply = reply_of(&source.r#do).or_else(|| reply_of(&source.dump))?;
        let key = (source.attributes?, reply.attributes.clone());
        let inner: Made = self.replies.get(&key)?.clone();
        let made = inner.called(name);
        let (of, inner) = (made.anonymous(), inner.full());
        let mut out = doc(0, &operation.doc);
        let _ = write!(
            out,
            "#[derive(Clone, Copy)]
            pub(crate) struct {}(pub(crate) {inner});

            impl Payload for {of} {{
                const SIZE_MAX: Option<usize> = <{} as Payload>::SIZE_MAX;

                #[inline]
                fn size(&self) -> usize {{
                    self.0.size()
                }}

                #[inline]
                fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {{
                    self.0.put(to)
                }}
            }}

            ",
            made.full(),
            inner.replace("'a", "'static")
        );
        Some((out, of))
    }
}
