// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations: their messages, and traits for their handlers.

#![forbid(unsafe_code)]

use super::{
    super::text::{constant, doc},
    module, Family,
};
use crate::model::{Attribute, Call, Message, Operation, Permission, SetId};
use std::fmt::Write;

/// A reply that takes no more than this is allocated before the handler runs.
const EARLY_MAX: u64 = 2048;

impl<'s> Family<'s> {
    /// The module of an operation.
    pub(super) fn operation(&mut self, operation: &Operation) -> String {
        let Some(set) = operation.attributes else {
            // A number that is reserved.
            return String::new();
        };
        let mut inside = "use super::*;\n\n".to_owned();
        if let Some(call) = &operation.r#do {
            inside += &self.once(operation, set, call);
        }
        if let Some(call) = &operation.dump {
            inside += &self.dump(operation, set, call);
        }
        if operation.event.is_some() {
            inside += &self.event(operation, set);
        }
        let words = format!("``{}``: {}", operation.name, operation.doc);
        let name = module(operation);
        format!("{}pub(crate) mod {name} {{\n{inside}}}\n\n", doc(0, &words))
    }

    /// The attributes of a message.
    pub(super) fn listed(&self, set: SetId, message: &Message) -> Vec<&'s Attribute> {
        let spec = self.spec;
        let attributes = &spec[set].attributes;
        let places = message.attributes.iter();
        places.map(|place| &attributes[*place]).collect()
    }

    /// What is generated for a do.
    fn once(&mut self, operation: &Operation, set: SetId, call: &Call) -> String {
        let name = &operation.name;
        let mut out = self.request("Request", operation, set, call);
        let Some(reply) = &call.reply else {
            out += &format!(
                "/// Handles `{name}`.
                pub(crate) trait Do: genl::NetState {{
                    /// Handles a request.
                    ///
                    {CONTEXT}
                    {HANDLE}Result<(), genl::Refusal<'a>>;
                }}

                "
            );
            return out + &entry("Do", operation, "Do", &pass_on("Do"));
        };
        let attributes = self.listed(set, reply);
        let words = format!("The reply to ``{name}``.");
        let reply = self.message("Reply", &words, set, &attributes);
        out += &reply.text;
        out += &sending(operation, &reply.implementation(), true);
        let body = match reply.most {
            Some(0..=EARLY_MAX) => {
                "// Before the handler runs, so that no change is made that cannot be answered.
                let mut message = call.reply(Reply::MAX)?;
                let reply = <N as Do>::handle(call, request)?;
                reply.put(&mut message.attrs())?;
                message.send().or_else(N::undelivered)"
            }
            _ => "<N as Do>::handle(call, request)?.send(call).or_else(N::undelivered)",
        };
        let reply = reply.full();
        let _ = write!(
            out,
            "/// Handles `{name}` and returns the reply.
            pub(crate) trait Do: genl::NetState {{
                /// Handles a request. Returns the reply.
                ///
                {CONTEXT}
                {HANDLE}Result<{reply}, genl::Refusal<'a>>;

                /// Called if the reply could not be sent. Fails the request, unless it is overridden
                /// for an operation that has made a change.
                fn undelivered(refusal: genl::Refusal<'_>) -> Result<(), genl::Refusal<'_>> {{
                    Err(refusal)
                }}
            }}

            /// Handles `{name}` and sends the reply itself, now or later.
            pub(crate) trait DoLater: genl::NetState {{
                /// Handles a request; see [`Do::handle`].
                {HANDLE}Result<(), genl::Refusal<'a>>;
            }}

            impl<N: Do> DoLater for N {{
                {HANDLE}Result<(), genl::Refusal<'a>> {{
                    {body}
                }}
            }}

            "
        );
        out + &entry("Do", operation, "DoLater", &pass_on("DoLater"))
    }
}

const CONTEXT: &str =
    "/// Runs in the context of the requester, may sleep, and may run on several CPUs at once.";

/// The head of a handler, but for what it returns.
const HANDLE: &str = "fn handle<'a>(call: &genl::Request<'a, Self>, request: Request<'a>) -> ";

/// What the layer calls, which calls the handler.
fn pass_on(handler: &str) -> String {
    format!(
        "fn handle<'a>(
            call: &genl::Request<'a, N>,
            request: Request<'a>,
        ) -> Result<(), genl::Refusal<'a>> {{
            <N as {handler}>::handle(call, request)
        }}"
    )
}

/// The type by which the family's table knows the operation.
pub(super) fn entry(kind: &str, operation: &Operation, handler: &str, items: &str) -> String {
    let permission = match operation.permission {
        Permission::Anyone => "Anyone",
        Permission::NamespaceAdmin | Permission::Admin => "NetAdmin",
    };
    let cmd = constant(&operation.name);
    let arguments = match kind {
        "Dump" => "DumpRequest",
        _ => "Request",
    };
    format!(
        "/// The operation in the family's table.
        pub(super) struct {kind}Entry<N>(core::marker::PhantomData<fn() -> N>);

        impl<N: {handler}> genl::{kind} for {kind}Entry<N> {{
            const CMD: u8 = super::cmd::{cmd};
            const PERMISSION: genl::Permission = genl::Permission::{permission};
            type State = N;
            type Args<'a> = {arguments}<'a>;

            {items}
        }}

        "
    )
}

/// Methods that send a message, or make one to send. `of` is the head of their `impl`.
pub(super) fn sending(operation: &Operation, of: &str, reply: bool) -> String {
    let cmd = constant(&operation.name);
    let send = match reply {
        false => "",
        true => {
            "/// Sends this as the reply to `call`.
            pub(crate) fn send<'r, N: genl::NetState>(
                &self,
                call: &genl::Request<'r, N>,
            ) -> Result<(), genl::Refusal<'r>> {
                let mut message = call.reply(self.size())?;
                self.put(&mut message.attrs())?;
                message.send()
            }

            "
        }
    };
    format!(
        "impl {of} {{
            {send}/// Makes a message of this, for the sender of a [`genl::Kept`] request.
            pub(crate) fn message<N: genl::NetState>(
                &self,
                call: &genl::Request<'_, N>,
            ) -> Result<genl::Message<N>, genl::Refusal<'static>> {{
                let mut message = call.message(super::cmd::{cmd}, self.size())?;
                self.put(&mut message.attrs())?;
                Ok(message)
            }}
        }}

        "
    )
}
