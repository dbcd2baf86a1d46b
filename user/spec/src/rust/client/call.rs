// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests and replies of a family's client as JSON, for a program that sends any of its
//! operations.

mod parts;
mod values;

use super::{
    super::text::{camel, constant, literal, snake},
    method,
    parts::Client,
};
use crate::{
    error::Errors,
    model::{DefinitionKind, EventSource, Operation, Spec},
    rust::{head, target::Target},
};
use parts::{members, Json};
use std::{collections::BTreeSet, fmt::Write};

/// Generates what sends any operation of a family by its name, with a request and a reply in JSON,
/// and what listens to its events: the functions `call` and `listen`. They use what
/// [`client`](super::client()) generates from the same spec, which they expect as the module
/// `client` beside them, and the crate `serde_json`.
///
/// JSON has the names of the spec, as with the kernel's own client: enums and flags by name, bytes
/// in hexadecimal, nests as objects. Absent members of a family's own header are zero.
///
/// Fails where [`client`](super::client()) does.
pub fn call(spec: &Spec) -> Result<String, Errors> {
    super::client(spec)?;
    let mut json = Json {
        spec,
        parts: Client::new(spec),
        needed: BTreeSet::new(),
    };
    let mut arms = String::new();
    for operation in &spec.operations {
        json.arms(operation, &mut arms);
    }
    let listen = json.listen();
    let (given, shown) = json.nests();
    let what = format!("The operations of the family `{}`, in JSON.", spec.name);
    let mut out = head(spec, &spec.license, &what, Target::User).replace("\n//!", "\n//");
    let _ = write!(
        out,
        "{FIXED}
/// Sends the operation `name`, as a dump if `dump` is set, and returns the reply: `null` if there is
/// none, and a list for a dump.
#[allow(unused_variables)]
pub fn call<T: Transport>(client: &mut client::Client<T>, name: &str, dump: bool, of: &Value) -> Result<Value> {{
    match (name, dump) {{
        {arms}
        _ => Err(Error::argument(format!(
            \"the family has no {{}} `{{name}}`\", if dump {{ \"dump\" }} else {{ \"operation\" }}
        ))),
    }}
}}

{listen}
{names}
/// What requests hold.
#[allow(unused_imports)]
mod given {{
    use super::{{client, given, json, names, Result}};
    use parley_netlink::genl;
    use serde_json::Value;

    {given_structs}{given}
}}

/// What replies and events hold.
#[allow(unused_imports)]
mod shown {{
    use super::{{client, json, names, shown}};
    use parley_netlink::Result;
    use serde_json::Value;

    {shown_structs}{shown}
}}

#[allow(dead_code)]
mod json {{
{runtime}}}
",
        names = json.names(),
        given_structs = json.structs(false),
        shown_structs = json.structs(true),
        runtime = include_str!("call/json.rs"),
    );
    Ok(out)
}

const FIXED: &str = "\
#[allow(unused_imports)]
use super::client;
pub use json::{Error, Result};
#[allow(unused_imports)]
use parley_netlink::{genl, netlink::transport::Transport};
use serde_json::Value;
";

impl<'s> Json<'s> {
    /// Adds an arm for the do and one for the dump of an operation.
    fn arms(&mut self, operation: &'s Operation, arms: &mut String) {
        let Some(set) = operation.attributes else {
            return;
        };
        for (call, dump) in [(&operation.r#do, false), (&operation.dump, true)] {
            let Some(call) = call else { continue };
            let name = operation.name.clone() + if dump { "-dump" } else { "" };
            let given = self.parts.listed(set, call.request.as_ref());
            let mut known: Vec<&str> = given.iter().map(|each| each.name.as_str()).collect();
            let (mut lines, mut parameters) = (String::new(), Vec::new());
            if let Some(id) = operation.fixed_header {
                known.extend(members(self.spec, id));
                parameters.push(format!("given::struct_{}(of)?", snake(&self.spec[id].name)));
            }
            if !given.is_empty() {
                let fields = self.given_fields(&given);
                let request = camel(&format!("{name}-request"));
                let _ = writeln!(lines, "let request = client::{request} {{ {fields} }};");
                parameters.push("&request".to_owned());
            }
            let _ = writeln!(
                arms,
                "({}, {dump}) => {{ json::object(of, &{known:?})?; {lines}",
                literal(&operation.name)
            );
            let reply = call.reply.as_ref();
            let has_reply = reply.is_some_and(|reply| !reply.attributes.is_empty())
                || reply.is_some() && operation.fixed_header.is_some();
            let shown = match has_reply {
                true => self.shown_fields(set, reply, operation.fixed_header),
                false => "json::show_attributes(read)?".to_owned(),
            };
            let method = method(&name);
            let call = |each: &[&str]| {
                let mut all: Vec<&str> = parameters.iter().map(String::as_str).collect();
                all.extend(each);
                format!("client.{method}({})", all.join(", "))
            };
            let _ = match (dump, has_reply) {
                (true, _) => {
                    let each = format!("|read| {{ all.push({shown}); Ok(()) }}");
                    writeln!(
                        arms,
                        "let mut all = Vec::new();
                        match {}? {{ true => Err(Error::Interrupted), false => Ok(Value::Array(all)) }} }}",
                        call(&[&each])
                    )
                }
                (false, true) => {
                    writeln!(arms, "let read = {}?; Ok({shown}) }}", call(&[]))
                }
                (false, false) => writeln!(arms, "{}?; Ok(Value::Null) }}", call(&[])),
            };
        }
    }

    /// The function that listens to events.
    fn listen(&mut self) -> String {
        let spec = self.spec;
        let mut arms = String::new();
        for operation in &spec.operations {
            let (Some(event), Some(set)) = (&operation.event, operation.attributes) else {
                continue;
            };
            let (of, message) = match &event.source {
                EventSource::Own(message) => (operation, Some(message)),
                EventSource::Notify(id) => {
                    let calls = [&spec[*id].r#do, &spec[*id].dump].into_iter().flatten();
                    (
                        &spec[*id],
                        calls.filter_map(|call| call.reply.as_ref()).next(),
                    )
                }
            };
            let (variant, name) = (camel(&operation.name), literal(&operation.name));
            let empty = message.is_none_or(|message| message.attributes.is_empty());
            let _ = match empty && of.fixed_header.is_none() {
                true => writeln!(
                    arms,
                    "Some(client::Event::{variant}) => ({name}, Value::from(json::Object::default())),"
                ),
                false => {
                    let set = of.attributes.unwrap_or(set);
                    let shown = self.shown_fields(set, message, of.fixed_header);
                    writeln!(arms, "Some(client::Event::{variant}(read)) => ({name}, {shown}),")
                }
            };
        }
        let body = match arms.is_empty() {
            true => "let _ = (client, group, &mut each);
                Err(Error::argument(\"the family has no events\"))"
                .to_owned(),
            false => format!(
                "if !client::GROUPS.contains(&group) {{
                    let groups = client::GROUPS.join(\", \");
                    return Err(Error::argument(format!(
                        \"there is no group `{{group}}`; the family has {{groups}}\"
                    )));
                }}
                let inner = client.inner();
                let family = inner.family().clone();
                family.join(inner.socket(), group)?;
                inner.socket().wait_for_ever()?;
                ready();
                loop {{
                    let socket = inner.socket();
                    let message = socket.next_message(|message| message.header.kind == family.id)?;
                    let (cmd, attributes) = genl::message::read(&message)?;
                    let (name, value) = match client::Event::read(cmd, attributes)? {{
                        {arms}
                        // The enum may have grown with the spec.
                        _ => continue,
                    }};
                    if !each(name, value) {{
                        return Ok(());
                    }}
                }}"
            ),
        };
        let ready = if arms.is_empty() { "_ready" } else { "ready" };
        format!(
            "/// Subscribes to `group`, calls `ready`, and hands the name and the content of each event to
            /// `each` until that returns `false`.
            #[allow(unreachable_patterns)]
            pub fn listen(
                client: &mut client::Client,
                group: &str,
                {ready}: impl FnOnce(),
                mut each: impl FnMut(&str, Value) -> bool,
            ) -> Result<()> {{
                {body}
            }}
            "
        )
    }

    /// The names of the values of enums and flag sets.
    fn names(&self) -> String {
        let mut out = "/// The names of values.\n#[allow(dead_code)]\nmod names {\n".to_owned();
        for definition in &self.spec.definitions {
            if let DefinitionKind::Enum(enumeration) = &definition.kind {
                let entries = enumeration.entries.iter();
                let entries: Vec<_> = entries.map(|entry| (&entry.name, entry.value)).collect();
                let name = constant(&definition.name);
                let _ = writeln!(out, "pub const {name}: super::json::Names = &{entries:?};");
            }
        }
        out + "}\n"
    }
}
