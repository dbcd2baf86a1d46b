// SPDX-License-Identifier: GPL-2.0

//! `counter-get` (do and dump), `counter-set`, `counter-add`, `counter-del`: numbers that have
//! names.

#![forbid(unsafe_code)]

use crate::{
    genl::{
        self,
        size,
        Arg,
        Attributes,
        Do,
        Dump,
        Entries,
        Flag,
        NoRoom,
        NulString,
        OpenNet,
        Permission,
        Progress,
        Refusal,
        Request,
        Sint,
        Uint, //
    },
    state::{
        counters::{
            Change,
            Counter,
            Fault,
            Mode,
            Name, //
        },
        Net, //
    },
    uapi::{
        cmd,
        counter, //
    },
};
use core::ops::ControlFlow;
use kernel::prelude::*;

/// A counter's name on the wire.
type NameArg = NulString<1, { Name::MAX }>;

/// The name in `arg`.
fn name<'a>(arg: &Arg<'a, NameArg>) -> Result<Name, Refusal<'a>> {
    Name::new(arg.value)
        .ok_or_else(|| Refusal::new(ERANGE, c"counter name is too long").at(arg.attr))
}

impl Fault {
    /// What it is called on the wire.
    fn errno_and_words(&self) -> (Error, &'static CStr) {
        match self {
            Self::Missing => (ENOENT, c"no such counter"),
            Self::Exists => (EEXIST, c"counter exists"),
            Self::Full => (ENOSPC, c"as many counters as max_counters allows"),
            Self::Below => (ERANGE, c"counter would fall below 0"),
            Self::Above => (ERANGE, c"counter would rise above 2^64-1"),
            Self::NoMemory => (ENOMEM, c"no memory for another counter"),
        }
    }
}

/// Puts `fault` into words, and blames `name` or, where the sum is at fault, `delta`.
#[cold]
fn refuse<'a, K: genl::Kind>(
    fault: Fault,
    name: &Arg<'a, NameArg>,
    delta: &Arg<'a, K>,
) -> Refusal<'a> {
    let (errno, words) = fault.errno_and_words();
    let refusal = Refusal::new(errno, words);
    match fault {
        Fault::Missing | Fault::Exists => refusal.at(name.attr),
        Fault::Below | Fault::Above => refusal.at(delta.attr),
        Fault::Full | Fault::NoMemory => refusal,
    }
}

/// How much room a counter takes in a message.
fn room(name: &CStr) -> usize {
    size::bytes(name.to_bytes_with_nul().len()) + 2 * size::UINT
}

/// Puts a counter.
fn put(attrs: &mut Attributes<'_>, name: &CStr, counter: Counter) -> Result<(), NoRoom> {
    attrs.put_string(counter::NAME, name)?;
    attrs.put_uint(counter::VALUE, counter.value)?;
    attrs.put_uint(counter::UPDATES, counter.updates)
}

/// The place of the group `events` in the family's list.
const EVENTS: usize = 0;

/// The number of the notification of a change.
fn event(change: Change) -> u8 {
    match change {
        Change::New => cmd::COUNTER_NEW_NTF,
        Change::Written => cmd::COUNTER_CHANGE_NTF,
        Change::Deleted => cmd::COUNTER_DEL_NTF,
    }
}

/// Notifies the listeners of a change. Returns whether one was sent the notification.
fn notify(request: &Request<'_, Net>, name: &CStr, change: Change, counter: Counter) -> bool {
    request.notify(EVENTS, event(change), room(name), |attrs| {
        put(attrs, name, counter)
    })
}

/// Adds to a counter that exists, for a user that has opened `net` by another channel than
/// netlink. Returns the new value, or fails with the errno of `counter-add`.
pub(crate) fn add(net: &OpenNet<Net>, name: &CStr, delta: i64) -> Result<u64> {
    let key = Name::new(name).ok_or(ENOENT)?;
    let net = net.enter()?;
    let counters = net.namespace().state().counters();
    let added = counters.add(key, delta, false, |change, counter| {
        net.notify(EVENTS, event(change), room(name), |attrs| {
            put(attrs, name, counter)
        })
    });
    match added {
        Ok(counter) => Ok(counter.value),
        Err(fault) => Err(fault.errno_and_words().0),
    }
}

/// The operation `counter-get`.
pub(crate) struct Get;

genl::arguments! {
    /// What `counter-get` and `counter-del` take.
    pub(crate) struct NameArgs {
        name: NameArg = counter::NAME,
    }
}

impl Do for Get {
    const CMD: u8 = cmd::COUNTER_GET;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = NameArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: NameArgs<'a>) -> Result<(), Refusal<'a>> {
        let mut reply = request.reply(room(args.name.value))?;
        let counter = request.state().counters().get(&name(&args.name)?);
        let counter = counter.ok_or_else(|| refuse(Fault::Missing, &args.name, &args.name))?;
        put(&mut reply.attrs(), args.name.value, counter)?;
        reply.send()
    }
}

/// The dump of `counter-get`.
pub(crate) struct List;

genl::arguments! {
    /// What the dump of `counter-get` takes.
    pub(crate) struct ListArgs {
        prefix [optional]: NulString<0, { Name::MAX }> = counter::PREFIX,
    }
}

impl Dump for List {
    const CMD: u8 = cmd::COUNTER_GET;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = ListArgs<'a>;
    /// The last name that was put.
    type Cursor = Option<Name>;

    fn start<'a>(_net: &'a Net, _args: &ListArgs<'a>) -> Result<Option<Name>, Refusal<'a>> {
        Ok(None)
    }

    fn next<'a>(
        net: &'a Net,
        args: &ListArgs<'a>,
        last: &mut Option<Name>,
        entries: &mut Entries<'_>,
    ) -> Result<Progress, Refusal<'a>> {
        let prefix = args.prefix.as_ref().map_or(c"", |prefix| prefix.value);
        // No name is empty, so the empty one stands before all.
        let first = last.or_else(|| Name::new(prefix)).unwrap_or(Name::EMPTY);
        let mut counters = net.counters().lock();
        entries.generation(counters.generation());
        let mut begun = false;
        let end = counters.visit(&first, |name, counter| {
            if !name.starts_with(prefix) {
                return ControlFlow::Break(Progress::Done);
            }
            // Only the first can be the one that was put last.
            if !core::mem::replace(&mut begun, true) && last.as_ref() == Some(name) {
                return ControlFlow::Continue(());
            }
            let put = entries.put(|attrs| put(attrs, name.as_c_str(), counter));
            if put.is_err() {
                return ControlFlow::Break(Progress::More);
            }
            *last = Some(*name);
            ControlFlow::Continue(())
        });
        Ok(match end {
            ControlFlow::Break(progress) => progress,
            ControlFlow::Continue(()) => Progress::Done,
        })
    }
}

/// The operation `counter-set`.
pub(crate) struct Set;

genl::arguments! {
    /// What `counter-set` takes.
    pub(crate) struct SetArgs {
        name: NameArg = counter::NAME,
        value: Uint = counter::VALUE,
        create [optional]: Flag = counter::CREATE,
        exclusive [optional]: Flag = counter::EXCLUSIVE,
    }
}

impl Do for Set {
    const CMD: u8 = cmd::COUNTER_SET;
    const PERMISSION: Permission = Permission::NetAdmin;
    type State = Net;
    type Args<'a> = SetArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: SetArgs<'a>) -> Result<(), Refusal<'a>> {
        let mode = Mode {
            create: args.create.is_some(),
            exclusive: args.exclusive.is_some(),
        };
        if let (Some(exclusive), None) = (&args.exclusive, &args.create) {
            return Err(Refusal::new(EINVAL, c"exclusive is only for create").at(exclusive.attr));
        }
        request
            .state()
            .counters()
            .set(
                name(&args.name)?,
                args.value.value,
                mode,
                |change, counter| notify(request, args.name.value, change, counter),
            )
            .map_err(|fault| refuse(fault, &args.name, &args.value))?;
        Ok(())
    }
}

/// The operation `counter-add`.
pub(crate) struct Add;

genl::arguments! {
    /// What `counter-add` takes.
    pub(crate) struct AddArgs {
        name: NameArg = counter::NAME,
        delta: Sint = counter::DELTA,
        create [optional]: Flag = counter::CREATE,
    }
}

impl Do for Add {
    const CMD: u8 = cmd::COUNTER_ADD;
    const PERMISSION: Permission = Permission::NetAdmin;
    type State = Net;
    type Args<'a> = AddArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: AddArgs<'a>) -> Result<(), Refusal<'a>> {
        // Before the change, so that no change is made that cannot be answered.
        let mut reply = request.reply(room(args.name.value))?;
        let create = args.create.is_some();
        let counter = request
            .state()
            .counters()
            .add(
                name(&args.name)?,
                args.delta.value,
                create,
                |change, counter| notify(request, args.name.value, change, counter),
            )
            .map_err(|fault| refuse(fault, &args.name, &args.delta))?;
        put(&mut reply.attrs(), args.name.value, counter)?;
        // The change is made, and an error would say that it is not. A requester without room for
        // the reply learns that from `ENOBUFS`, unless its socket has switched that off.
        let _ = reply.send();
        Ok(())
    }
}

/// The operation `counter-del`.
pub(crate) struct Del;

impl Do for Del {
    const CMD: u8 = cmd::COUNTER_DEL;
    const PERMISSION: Permission = Permission::NetAdmin;
    type State = Net;
    type Args<'a> = NameArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: NameArgs<'a>) -> Result<(), Refusal<'a>> {
        request
            .state()
            .counters()
            .delete(&name(&args.name)?, |change, counter| {
                notify(request, args.name.value, change, counter)
            })
            .map_err(|fault| refuse(fault, &args.name, &args.name))?;
        Ok(())
    }
}
