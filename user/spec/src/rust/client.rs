// SPDX-License-Identifier: MIT OR Apache-2.0

//! The client of a family: its requests, replies and events as types, and a method per operation.

mod kinds;
mod messages;
mod parts;

use super::{
    constants, enums, head, structs, tables,
    target::Target,
    text::{camel, constant, doc, snake},
};
use crate::{
    error::Errors,
    model::{Attribute, Call, EventSource, Message, Operation, Protocol, SetId, Spec},
    Position,
};
use messages::Side;
use parts::Client;
use std::fmt::Write;

/// Generates the client of a Generic Netlink family, for a program with the library
/// parley-netlink: everything that [`constants`](super::constants()) generates, plus the
/// type `Client`.
///
/// For each do, `Client` has a method, and for each dump one whose name ends in `_dump`.
/// A request is a struct with an optional field for each attribute; a spec does not say
/// which of them are required. A reply and an entry of a dump borrow from the socket's
/// buffer. Their nests and lists are read when the program looks at them. The enum
/// `Event` reads the kernel's unrequested messages.
///
/// The text has no inner attributes and no inner documentation, so that a build script's output can
/// be used with `include!`:
///
/// ```no_run
/// // build.rs
/// let spec = parley_spec::Spec::from_file("spec/example.yaml").unwrap_or_else(|e| panic!("{e}"));
/// let code = parley_spec::rust::client(&spec).unwrap_or_else(|e| panic!("{e}"));
/// let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
/// std::fs::write(std::path::Path::new(&out).join("example.rs"), code).expect("is writable");
/// ```
///
/// Fails if the spec needs something that is not supported; the errors name the place in the spec.
pub fn client(spec: &Spec) -> Result<String, Errors> {
    let mut client = Client::new(spec);
    if spec.protocol == Protocol::NetlinkRaw {
        client.unsupported(Position { line: 1, column: 1 }, "the protocol netlink-raw");
        client.errors.check()?;
    }
    let what = format!("The client of the family `{}`: {}", spec.name, spec.doc);
    let mut out = head(spec, &spec.license, &what, Target::User).replace("\n//!", "\n//");
    // A spec need not use all of these.
    out += "#[allow(unused_imports)]
use parley_netlink::{
    genl::{self, spec::{Attribute, AttributeSet, Family, Operation}},
    netlink::{
        attr::{Attributes, Writer},
        socket::Expect,
        transport::{Netlink, Transport},
        Result, Socket,
    },
};

";
    out += &constants::constants(spec);
    out += &enums::enums(spec, Target::User);
    out += &structs::structs(spec, Target::User);
    let (mut types, mut methods) = (String::new(), String::new());
    for operation in &spec.operations {
        client.calls(operation, &mut types, &mut methods);
    }
    types += &client.events();
    out += &types;
    out += &client.nested();
    let _ = write!(
        out,
        "/// A client of the family `{}`, with its own socket.
#[derive(Debug)]
pub struct Client<T = Netlink>(genl::Client<T>);

impl Client {{
    /// Opens a socket and resolves the family. If the family's module is installed but not
    /// loaded, the kernel loads it.
    pub fn open() -> Result<Self> {{
        Ok(Self(genl::Client::open(&FAMILY)?))
    }}
}}

impl<T: Transport> Client<T> {{
    /// Like [`Client::open`], but uses an open socket.
    pub fn over(socket: Socket<T>) -> Result<Self> {{
        Ok(Self(genl::Client::over(socket, &FAMILY)?))
    }}

    /// Returns the untyped client, which gives access to other flags, the timeout, the socket
    /// and the family.
    pub fn inner(&mut self) -> &mut genl::Client<T> {{
        &mut self.0
    }}

    {methods}}}

",
        spec.name
    );
    out += &tables::tables(spec, &mut client.errors);
    client.errors.check()?;
    Ok(out)
}

impl<'s> Client<'s> {
    /// Adds the types and methods of the do and the dump of an operation.
    fn calls(&mut self, operation: &'s Operation, types: &mut String, methods: &mut String) {
        let Some(set) = operation.attributes else {
            // A reserved number.
            return;
        };
        if let Some(header) = operation.fixed_header {
            if structs::size(self.spec, header).is_none() {
                let at = self.spec[header].at;
                self.unsupported(at, "a fixed header of unknown size");
                return;
            }
        }
        for (call, dump) in [(&operation.r#do, false), (&operation.dump, true)] {
            if let Some(call) = call {
                self.call(operation, set, (call, dump), types, methods);
            }
        }
    }

    fn call(
        &mut self,
        operation: &'s Operation,
        set: SetId,
        (call, dump): (&'s Call, bool),
        types: &mut String,
        methods: &mut String,
    ) {
        let name = operation.name.clone() + if dump { "-dump" } else { "" };
        // The parameters besides `self`, and the code that fills in the request.
        let (mut parameters, mut fill) = (String::new(), Vec::new());
        if let Some(header) = operation.fixed_header {
            let of = camel(&self.spec[header].name);
            let _ = write!(parameters, ", family_header: {of}");
            fill.push("to.raw(&family_header.to_bytes())");
        }
        let given = self.listed(set, call.request.as_ref());
        let mut batched = None;
        if !given.is_empty() {
            let request = camel(&format!("{name}-request"));
            let words = format!("The request of ``{}``.", operation.name);
            let (text, full) =
                self.message(&request, &words, (set, &given), Side::Request, (None, ""));
            *types += &text;
            let full = full.replace("'a", "'_");
            let _ = write!(parameters, ", request: &{full}");
            fill.push("request.put(to)");
            batched = (!dump && operation.fixed_header.is_none()).then_some(full);
        }
        let fill = match &fill[..] {
            [] => "|_| Ok(())".to_owned(),
            [fill] => format!("|to| {fill}"),
            fills => format!("|to| {{ {} }}", fills.join("?;\n")),
        };
        let reply = call.reply.as_ref();
        let reply =
            reply.filter(|reply| !reply.attributes.is_empty() || operation.fixed_header.is_some());
        let reply = reply.map(|reply| {
            let role = if dump { "entry" } else { "reply" };
            let name = camel(&format!("{}-{role}", operation.name));
            let words = match dump {
                false => format!("The reply to ``{}``.", operation.name),
                true => format!("An entry of the dump ``{}``.", operation.name),
            };
            self.reply(operation, &name, &words, set, reply, types)
        });
        let cmd = format!("cmd::{}", constant(&operation.name));
        let method = match snake(&name) {
            taken if matches!(&*taken, "open" | "over" | "inner") => taken + "_",
            name => name,
        };
        let mut each = ("()".to_owned(), "map(drop)".to_owned());
        let mut expect = "Expect::Ack".to_owned();
        let (words, body, result) = match (dump, reply) {
            (true, entry) => {
                let entry = entry.unwrap_or_else(|| "Attributes<'_>".into());
                let _ = write!(parameters, ", mut each: impl FnMut({entry}) -> Result<()>");
                let bare = entry.replace("<'_>", "");
                let each = match bare == "Attributes" {
                    true => "each".to_owned(),
                    false => format!("|attributes| each({bare}::read(attributes)?)"),
                };
                (
                    format!(
                        "Dump: {}\n\nCalls `each` for each entry. Returns whether the dump was interrupted by a \
                         change; then entries may be missing or inconsistent with each other.",
                        operation.doc.trim()
                    ),
                    format!("self.0.dump({cmd}, {fill}, {each})"),
                    "bool".to_owned(),
                )
            }
            (false, None) => (
                operation.doc.clone(),
                format!("self.0.call({cmd}, 0, {expect}, {fill}).map(drop)"),
                "()".to_owned(),
            ),
            (false, Some(reply)) => {
                expect = match operation.reply_number {
                    number if number == operation.request_number => "Expect::Reply".into(),
                    _ => format!("Expect::Command({})", self.sent_as(operation)),
                };
                let bare = reply.replace("<'_>", "");
                each = (reply.clone(), format!("and_then({bare}::read)"));
                (
                    operation.doc.clone(),
                    format!("{bare}::read(self.0.call({cmd}, 0, {expect}, {fill})?)"),
                    reply,
                )
            }
        };
        *methods += &doc(1, &words);
        let _ = write!(
            methods,
            "#[inline]
            pub fn {method}(&mut self{parameters}) -> Result<{result}> {{ {body} }}

            "
        );
        if let Some(request) = batched {
            let (result, read) = each;
            let _ = write!(
                methods,
                "/// Like [`Self::{method}`], for many requests: `request` builds one from each item.
                ///
                /// Sends several requests in each datagram. Calls `each` for each result, with the
                /// index of its item; see [`genl::Client::call_batch`].
                pub fn {snake}_batch<I>(
                    &mut self,
                    items: &[I],
                    request: impl Fn(&I) -> {request},
                    mut each: impl FnMut(usize, Result<{result}>) -> Result<()>,
                ) -> Result<()> {{
                    let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
                    self.0.call_batch(({cmd}, 0), {expect}, items, fill, |place, reply| {{
                        each(place, reply.{read})
                    }})
                }}

                ",
                snake = snake(&name),
            );
        }
    }

    /// The attributes of a message.
    fn listed(&self, set: SetId, message: Option<&Message>) -> Vec<&'s Attribute> {
        let spec = self.spec;
        let places = message.iter().flat_map(|message| &message.attributes);
        places.map(|place| &spec[set].attributes[*place]).collect()
    }

    /// Returns the type, with the lifetime `'_`, of a message that the kernel sends. Adds
    /// its definition to `types`: a struct, or an alias for that of a message with the
    /// same attributes.
    fn reply(
        &mut self,
        operation: &Operation,
        name: &str,
        words: &str,
        set: SetId,
        message: &Message,
        types: &mut String,
    ) -> String {
        let key = (set, message.attributes.clone());
        if let Some(same) = self.replies.get(&key) {
            let lifetime = if same.contains("'a") { "<'a>" } else { "" };
            *types += &doc(0, words);
            let _ = writeln!(types, "pub type {name}{lifetime} = {same};\n");
            return format!("{name}{}", lifetime.replace("'a", "'_"));
        }
        let attributes = self.listed(set, Some(message));
        let of = (set, &*attributes);
        let header = operation.fixed_header;
        let (text, full) = self.message(name, words, of, Side::Reply, (header, ""));
        *types += &text;
        let anonymous = full.replace("'a", "'_");
        self.replies.insert(key, full);
        anonymous
    }

    /// Returns the constant for the number of a message that the kernel sends.
    fn sent_as(&self, operation: &Operation) -> String {
        let name = constant(&operation.name);
        match (operation.request_number, operation.reply_number) {
            (Some(request), Some(reply)) if request != reply => format!("cmd::{name}_REPLY"),
            _ => format!("cmd::{name}"),
        }
    }

    /// Returns the enum of the messages that the kernel sends unrequested.
    fn events(&mut self) -> String {
        let spec = self.spec;
        let (mut types, mut variants, mut arms) = (String::new(), String::new(), String::new());
        let mut numbers = Vec::new();
        for operation in &spec.operations {
            let (Some(event), Some(set)) = (&operation.event, operation.attributes) else {
                continue;
            };
            let (of, set, message) = match &event.source {
                EventSource::Own(message) => (operation, set, Some(message)),
                EventSource::Notify(id) => {
                    let of = &spec[*id];
                    let calls = [&of.r#do, &of.dump].into_iter().flatten();
                    let message = calls.filter_map(|call| call.reply.as_ref()).next();
                    (of, of.attributes.unwrap_or(set), message)
                }
            };
            let variant = camel(&operation.name);
            let number = self.sent_as(operation);
            numbers.push(number.clone());
            let mut words = operation.doc.trim().to_owned();
            if let Some(group) = event.group {
                let _ = write!(words, "\n\nSent to the group `{}`.", spec[group].name);
            }
            variants += &doc(1, &words);
            let empty = Message::default();
            let message = message.unwrap_or(&empty);
            if message.attributes.is_empty() && of.fixed_header.is_none() {
                let _ = writeln!(variants, "{variant},");
                let _ = writeln!(arms, "{number} => Self::{variant},");
                continue;
            }
            let key = (set, message.attributes.clone());
            let full = match self.replies.get(&key) {
                Some(full) => full.clone(),
                None => {
                    let name = camel(&format!("{}-event", operation.name));
                    let words = format!("The attributes of the event ``{}``.", operation.name);
                    let of = self.reply(of, &name, &words, set, message, &mut types);
                    of.replace("'_", "'a")
                }
            };
            let bare = full.replace("<'a>", "");
            let _ = writeln!(variants, "{variant}({full}),");
            let _ = writeln!(
                arms,
                "{number} => Self::{variant}({bare}::read(attributes)?),"
            );
        }
        if variants.is_empty() {
            return types;
        }
        let lifetime = if variants.contains("'a") { "<'a>" } else { "" };
        let attributes = match (lifetime, arms.contains("(attributes)")) {
            ("", false) => "_attributes: Attributes<'_>",
            ("", true) => "attributes: Attributes<'_>",
            _ => "attributes: Attributes<'a>",
        };
        let _ = write!(
            types,
            "/// An event or notification from the kernel. A [`Listener`] receives those that are sent
            /// to the groups in [`group`].
            // Read in place and soon dropped, so a box would cost more than its size.
            #[allow(clippy::large_enum_variant)]
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub enum Event{lifetime} {{ {variants} }}

            impl{lifetime} Event{lifetime} {{
                /// Reads the message with this command number. Returns `None` if it is not an
                /// event.
                #[inline]
                pub fn read(cmd: u8, {attributes}) -> Result<Option<Self>> {{
                    Ok(Some(match cmd {{ {arms} _ => return Ok(None), }}))
                }}
            }}

            impl genl::Event for Event{fixed} {{
                const FAMILY: &'static Family = &FAMILY;
                type Value<'a> = Event{lifetime};

                #[inline]
                fn matches(cmd: u8) -> bool {{ matches!(cmd, {numbers}) }}

                #[inline(always)]
                fn read(cmd: u8, attributes: Attributes<'_>) -> Result<Option<Event{anonymous}>> {{
                    Event::read(cmd, attributes)
                }}
            }}

            /// Listens to the events of the family; see [`genl::Listener`].
            pub type Listener = genl::Listener<Event{fixed}>;

            ",
            fixed = lifetime.replace("'a", "'static"),
            anonymous = lifetime.replace("'a", "'_"),
            numbers = numbers.join(" | "),
        );
        types
    }
}
