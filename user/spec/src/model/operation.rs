// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations, notifications and events.

use super::{DefinitionId, GroupId, OperationId, SetId};
use crate::error::Position;

/// How operations are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnumModel {
    /// All messages have numbers of one enum.
    #[default]
    Unified,
    /// Messages to the kernel have numbers of one enum, and messages from it of another.
    Directional,
}

/// An operation, notification or event, or a number that is reserved.
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
    /// Who may call it.
    pub permission: Permission,
    /// What the kernel does not check.
    pub dont_validate: Vec<Validation>,
    /// The kernel's configuration option, without `CONFIG_`, that the operation depends on.
    pub config: Option<String>,
    /// The request to do it once.
    pub r#do: Option<Call>,
    /// The request to dump it.
    pub dump: Option<Call>,
    /// The message that the kernel sends by itself.
    pub event: Option<Event>,
}

impl Operation {
    /// Whether user space can call it.
    pub fn is_call(&self) -> bool {
        self.r#do.is_some() || self.dump.is_some()
    }
}

/// Who may call an operation or join a group.
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
    /// Attributes that the policy does not know, and wrong lengths.
    Strict,
    /// Anything, in a dump.
    Dump,
    /// What `Strict` is, in a dump.
    DumpStrict,
}

/// A request and its reply.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The request. Absent if the spec says nothing of it.
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

/// What a message holds.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// The attributes: their places in the operation's set, in the order of the file.
    pub attributes: Vec<usize>,
}

/// A message that the kernel sends by itself.
#[derive(Clone, Debug)]
pub struct Event {
    /// What it holds.
    pub source: EventSource,
    /// The group that gets it. Absent if it is sent to single sockets.
    pub group: Option<GroupId>,
}

/// What a message that the kernel sends by itself holds.
#[derive(Clone, Debug)]
pub enum EventSource {
    /// What the reply of an operation holds.
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
    /// The number. Only with netlink-raw; otherwise the kernel gives a number at run time.
    pub number: Option<i128>,
    /// Who may join.
    pub permission: Permission,
}
