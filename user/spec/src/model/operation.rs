// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations, notifications and events.

use super::{DefinitionId, GroupId, OperationId, SetId};
use crate::error::Position;

/// The way in which operations are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnumModel {
    /// All messages take their numbers from one enum.
    #[default]
    Unified,
    /// Messages to the kernel take their numbers from one enum, and messages from it from
    /// another.
    Directional,
}

/// An operation, notification or event, or a reserved number.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The name.
    pub name: String,
    /// The name of its constant in C.
    pub c_name: String,
    /// The place in the file.
    pub at: Position,
    /// Documentation.
    pub doc: String,
    /// The number of a request. Absent for a notification with directional numbers.
    pub request_number: Option<u32>,
    /// The number of a reply or notification. Absent with directional numbers if there is none.
    pub reply_number: Option<u32>,
    /// The attributes. Absent for a reserved number.
    pub attributes: Option<SetId>,
    /// The struct before the attributes.
    pub fixed_header: Option<DefinitionId>,
    /// The permission that it needs.
    pub permission: Permission,
    /// The parts of the validation that the kernel skips.
    pub dont_validate: Vec<Validation>,
    /// The kernel's configuration option, without `CONFIG_`, that the operation depends on.
    pub config: Option<String>,
    /// The do request.
    pub r#do: Option<Call>,
    /// The dump request.
    pub dump: Option<Call>,
    /// The message that the kernel sends unrequested.
    pub event: Option<Event>,
}

impl Operation {
    /// Returns whether user space can call it.
    pub fn is_call(&self) -> bool {
        self.r#do.is_some() || self.dump.is_some()
    }
}

/// The permission for calling an operation or joining a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// Everyone.
    #[default]
    Anyone,
    /// Callers with `CAP_NET_ADMIN` in the initial user namespace.
    Admin,
    /// Callers with `CAP_NET_ADMIN` in the user namespace of the network namespace.
    NamespaceAdmin,
}

/// A part of the kernel's validation of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Unknown attributes and wrong lengths.
    Strict,
    /// Everything, in a dump.
    Dump,
    /// Unknown attributes and wrong lengths, in a dump.
    DumpStrict,
}

/// A request and its reply.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The request. Absent if the spec does not describe it.
    pub request: Option<Message>,
    /// The reply. Absent if there is none.
    pub reply: Option<Message>,
    /// The functions around the handler.
    pub hooks: Hooks,
}

/// C functions that run before and after a handler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Runs before.
    pub pre: Option<String>,
    /// Runs after.
    pub post: Option<String>,
}

/// The contents of a message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// The attributes: their indices in the operation's set, in the order of the file.
    pub attributes: Vec<usize>,
}

/// A message that the kernel sends unrequested.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its contents.
    pub source: EventSource,
    /// The group that receives it. Absent if it is sent to single sockets.
    pub group: Option<GroupId>,
}

/// The contents of a message that the kernel sends unrequested.
#[derive(Clone, Debug)]
pub enum EventSource {
    /// The contents of an operation's reply.
    Notify(OperationId),
    /// Attributes of its own.
    Own(Message),
}

/// A multicast group.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// The number. Only with netlink-raw; otherwise the kernel assigns a number at run
    /// time.
    pub number: Option<i128>,
    /// The permission for joining.
    pub permission: Permission,
}
