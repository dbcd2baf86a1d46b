// SPDX-License-Identifier: GPL-2.0

//! `counter-get` (do and dump), `counter-set`, `counter-add`, `counter-del`: named numbers.

#![forbid(unsafe_code)]

use crate::{
    genl::prelude::*,
    parley::*,
    state::{
        counters::*,
        Net, //
    }, //
};
use core::ops::ControlFlow;
use kernel::prelude::*;

/// A counter's name in a request.
type NameAttr<'a> = Attr<'a, NulString<1>>;

/// The name in `attr`.
fn name<'a>(attr: NameAttr<'a>) -> Result<Name, ExtAck<'a>> {
    Name::new(attr.value).ok_or_else(|| ExtAck::new(ERANGE, c"counter name is too long").at(attr))
}

impl Fault {
    /// The errno and its message. Out of line, so that only an error prepares them.
    #[cold]
    #[inline(never)]
    fn errno_and_message(&self) -> (Error, &'static CStr) {
        match self {
            Self::Missing => (ENOENT, c"no such counter"),
            Self::Exists => (EEXIST, c"counter exists"),
            Self::Full => (ENOSPC, c"max_counters allows no more counters"),
            Self::Below => (ERANGE, c"counter would fall below 0"),
            Self::Above => (ERANGE, c"counter would rise above 2^64-1"),
            Self::NoMemory => (ENOMEM, c"no memory for another counter"),
        }
    }

    /// The error for this fault. It points to `name` or, where the sum is at fault, to `delta`.
    #[cold]
    fn at<'a, T: AttrType>(self, name: NameAttr<'a>, delta: Attr<'a, T>) -> ExtAck<'a> {
        let (errno, message) = self.errno_and_message();
        let error = ExtAck::new(errno, message);
        match self {
            Self::Missing | Self::Exists => error.at(name),
            Self::Below | Self::Above => error.at(delta),
            Self::Full | Self::NoMemory => error,
        }
    }
}

impl Counter {
    /// The counter in the form that replies, dump entries and notifications share.
    fn named(self, name: &CStr) -> counter_get::Reply<'_> {
        counter_get::Reply {
            name: Some(name),
            value: Some(self.value),
            updates: Some(self.updates),
        }
    }
}

/// The listeners for changes of the counter `$name`, in the namespace of `$by`.
macro_rules! listeners {
    ($by:expr, $name:expr) => {{
        let notifier = $by.notifier();
        let notify = move |change, counter: Counter| {
            let counter = counter.named($name);
            match change {
                Change::New => notifier.multicast(&CounterNewNtf(counter)),
                Change::Written => notifier.multicast(&CounterChangeNtf(counter)),
                Change::Deleted => notifier.multicast(&CounterDelNtf(counter)),
            }
        };
        // All three notifications have the same group.
        Listeners::new(
            move || notifier.has_listeners::<CounterChangeNtf<'_>>(),
            notify,
        )
    }};
}

/// Adds to an existing counter, for a user that has opened `net` through another channel than
/// netlink. Returns the new value, or fails with the errno of `counter-add`.
pub(crate) fn add(net: &OpenNet<Net>, name: &CStr, delta: i64) -> Result<u64> {
    let (key, net) = (Name::new(name).ok_or(ENOENT)?, net.enter()?);
    let counters = net.namespace().state().counters();
    let added = counters.add(key, delta, false, listeners!(net, name));
    Ok(added.map_err(|fault| fault.errno_and_message().0)?.value)
}

impl DoOp<CounterGet> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, CounterGet>) -> Handled<'a, CounterGet> {
        let attr = call.request.name().required()?;
        let counter = self.counters().get(&name(attr)?);
        let counter = counter.ok_or_else(|| Fault::Missing.at(attr, attr))?;
        Ok(counter.named(attr.value))
    }
}

impl DumpOp<CounterGetDump> for Net {
    /// The last name that was put into the dump.
    type Cursor = Option<Name>;

    fn next<'a>(
        &'a self,
        request: &Attrs<'a, CounterGetDump>,
        last: &mut Option<Name>,
        entries: &mut Entries<'_, CounterGetDump>,
    ) -> Result<Progress, ExtAck<'a>> {
        let prefix = request.prefix().get()?.map_or(c"", |prefix| prefix.value);
        // No name is empty, so the empty name sorts before every other.
        let first = last.or_else(|| Name::new(prefix)).unwrap_or(Name::EMPTY);
        let mut counters = self.counters().lock();
        entries.generation(counters.generation());
        let mut begun = false;
        let end = counters.visit(&first, |name, counter| {
            if !name.starts_with(prefix) {
                return ControlFlow::Break(Progress::Done);
            }
            // Only the first counter visited can be the last one of the previous buffer.
            if !core::mem::replace(&mut begun, true) && last.as_ref() == Some(name) {
                return ControlFlow::Continue(());
            }
            if entries.put(&counter.named(name.as_c_str())).is_err() {
                return ControlFlow::Break(Progress::More);
            }
            *last = Some(*name);
            ControlFlow::Continue(())
        });
        Ok(end.break_value().unwrap_or(Progress::Done))
    }
}

impl DoOp<CounterSet> for Net {
    #[inline]
    fn handle<'a>(&'a self, call: &Call<'a, Self, CounterSet>) -> Handled<'a, CounterSet> {
        let request = &call.request;
        let (attr, value) = (request.name().required()?, request.value().required()?);
        let mode = Mode {
            create: request.create().is_set(),
            exclusive: request.exclusive().is_set(),
        };
        if mode.exclusive && !mode.create {
            let exclusive = request.exclusive().required()?;
            return Err(ExtAck::new(EINVAL, c"exclusive is only valid with create").at(exclusive));
        }
        let (counters, listeners) = (self.counters(), listeners!(call, attr.value));
        let set = counters.set(name(attr)?, value.value, mode, listeners);
        set.map(drop).map_err(|fault| fault.at(attr, value))
    }
}

impl DoOp<CounterAdd> for Net {
    #[inline]
    fn handle<'a>(&'a self, call: &Call<'a, Self, CounterAdd>) -> Handled<'a, CounterAdd> {
        let request = &call.request;
        let (attr, delta) = (request.name().required()?, request.delta().required()?);
        let (create, counters) = (request.create().is_set(), self.counters());
        let listeners = listeners!(call, attr.value);
        let added = counters.add(name(attr)?, delta.value, create, listeners);
        let counter = added.map_err(|fault| fault.at(attr, delta))?;
        Ok(counter.named(attr.value))
    }
}

impl DoOp<CounterDel> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, CounterDel>) -> Handled<'a, CounterDel> {
        let (attr, counters) = (call.request.name().required()?, self.counters());
        let deleted = counters.delete(&name(attr)?, listeners!(call, attr.value));
        deleted.map_err(|fault| fault.at(attr, attr))
    }
}
