// SPDX-License-Identifier: GPL-2.0

//! The counters of a network namespace.

#![forbid(unsafe_code)]

use crate::parley::NAME_MAX;
use core::{
    cmp::Ordering,
    ops::ControlFlow, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        Entry,
        RBTree,
        RBTreeNodeReservation, //
    },
    str::CStr,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        lock::{
            mutex::MutexBackend,
            Guard, //
        },
        Mutex, //
    },
};

/// The name of a counter.
///
/// # Invariants
///
/// The name contains no zero byte, and all bytes after it are zero. So the order of the arrays is
/// the byte order of the names.
#[derive(Clone, Copy, PartialEq, Eq)]
// A dump's cursor has no room for the alignment on 32-bit machines.
#[cfg_attr(CONFIG_64BIT, repr(align(8)))]
pub(crate) struct Name([u8; NAME_MAX + 1]);

impl Ord for Name {
    /// Compares eight bytes at a time: `memcmp`, which the derived order calls for each node on
    /// the way through a tree, takes three times as many instructions.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (&self.0[..], &other.0[..]);
        while let (Some((word, rest)), Some((other, other_rest))) =
            (left.split_first_chunk(), right.split_first_chunk())
        {
            match u64::from_be_bytes(*word).cmp(&u64::from_be_bytes(*other)) {
                Ordering::Equal => (left, right) = (rest, other_rest),
                different => return different,
            }
        }
        left.cmp(right)
    }
}

impl PartialOrd for Name {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Name {
    /// The empty name, which no counter has. It sorts before every other name.
    pub(crate) const EMPTY: Self = Self([0; NAME_MAX + 1]);

    /// The name as a string.
    pub(crate) fn as_c_str(&self) -> &CStr {
        // There is always a NUL, by the type invariants.
        CStr::from_bytes_until_nul(&self.0).unwrap_or(c"")
    }

    /// Returns whether the name begins with `prefix`.
    pub(crate) fn starts_with(&self, prefix: &CStr) -> bool {
        self.0.starts_with(prefix.to_bytes())
    }

    /// A name of at most [`NAME_MAX`] bytes; `None` for a longer one.
    pub(crate) fn new(name: &CStr) -> Option<Self> {
        let mut bytes = [0; NAME_MAX + 1];
        bytes
            .get_mut(..name.to_bytes_with_nul().len())?
            .copy_from_slice(name.to_bytes_with_nul());
        // INVARIANT: A `CStr` has no zero in it, and the array was zero.
        Some(Self(bytes))
    }
}

/// A snapshot of a counter.
#[derive(Clone, Copy)]
pub(crate) struct Counter {
    /// Its value.
    pub(crate) value: u64,
    /// The number of times that the value was written.
    pub(crate) updates: u64,
}

/// The counters of a namespace, locked.
pub(crate) struct Table {
    tree: RBTree<Name, Counter>,
    /// The number of counters.
    count: u64,
    generation: u64,
    /// Set while a notification may be pending. Every change that finds listeners sets it, even a
    /// change that then fails.
    heard: bool,
}

impl Table {
    /// Generation number; changes on every insertion and removal.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Visits the counters from `first` on, in the order of their names, until `visit` breaks.
    /// Takes O(log n) to find the first.
    pub(crate) fn visit<B>(
        &mut self,
        first: &Name,
        mut visit: impl FnMut(&Name, Counter) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut cursor = self.tree.cursor_lower_bound_mut(first);
        while let Some(at) = cursor {
            let (name, counter) = at.current();
            visit(name, *counter)?;
            cursor = at.move_next();
        }
        ControlFlow::Continue(())
    }
}

/// The counters of a namespace, for as long as they are locked.
type Locked<'a> = Guard<'a, Table, MutexBackend>;

/// The turn of a change with listeners, which ends when they are notified.
type Turn<'a> = Guard<'a, (), MutexBackend>;

/// The reason why a counter was not changed.
pub(crate) enum Fault {
    /// There is no counter with this name.
    Missing,
    /// There is already a counter with this name.
    Exists,
    /// The namespace has its maximum number of counters.
    Full,
    /// The result would be below 0.
    Below,
    /// The result would be above 2^64-1.
    Above,
    /// There is no memory for another counter.
    NoMemory,
}

/// The kind of a change. Each change is notified once.
pub(crate) enum Change {
    /// It was created.
    New,
    /// Its value was written.
    Written,
    /// It was deleted.
    Deleted,
}

/// The listeners for the changes of a counter.
pub(crate) struct Listeners<A, N> {
    /// Returns whether there may be a listener. Called with the table locked.
    any: A,
    /// Notifies the listeners of a change. Returns whether there was one.
    notify: N,
}

impl<A: Fn() -> bool, N: FnOnce(Change, Counter) -> bool> Listeners<A, N> {
    #[inline]
    pub(crate) fn new(any: A, notify: N) -> Self {
        Self { any, notify }
    }
}

/// What a write may do if the counter is missing, or exists.
#[derive(Clone, Copy)]
pub(crate) struct Mode {
    /// Create the counter if it is missing.
    pub(crate) create: bool,
    /// Fail if the counter exists.
    pub(crate) exclusive: bool,
}

/// The counters of a network namespace.
#[pin_data]
pub(crate) struct Counters {
    /// Serializes changes that have listeners with their notifications. Taken before `table`, and
    /// held while a message is cloned for each listener; readers do not wait for that. A change
    /// without listeners may do without it: see [`Self::lock_to_change`].
    #[pin]
    writers: Mutex<()>,
    /// Guards the set of counters and the value of each. Held for one search of the tree, or while
    /// one buffer of a dump is filled. No other lock is taken under it.
    #[pin]
    table: Mutex<Table>,
    max: u64,
    notifications: Atomic<u64>,
}

impl Counters {
    /// Starts without counters; there may be `max` of them.
    pub(super) fn new(max: u32) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            writers <- new_mutex!((), "parley_counter_writers"),
            table <- new_mutex!(
                Table {
                    tree: RBTree::new(),
                    count: 0,
                    generation: 0,
                    heard: false,
                },
                "parley_counters"
            ),
            max: max.into(),
            notifications: Atomic::new(0),
        })
    }

    /// Reads a counter.
    pub(crate) fn get(&self, name: &Name) -> Option<Counter> {
        self.table.lock().tree.get(name).copied()
    }

    /// Locks all counters.
    pub(crate) fn lock(&self) -> Locked<'_> {
        self.table.lock()
    }

    /// Sets a counter. Like every change here, this notifies `listeners`.
    pub(crate) fn set(
        &self,
        name: Name,
        value: u64,
        mode: Mode,
        listeners: Listeners<impl Fn() -> bool, impl FnOnce(Change, Counter) -> bool>,
    ) -> Result<Counter, Fault> {
        self.write(name, mode, |_| Ok(value), listeners)
    }

    /// Adds to a counter. A new counter starts from 0.
    pub(crate) fn add(
        &self,
        name: Name,
        delta: i64,
        create: bool,
        listeners: Listeners<impl Fn() -> bool, impl FnOnce(Change, Counter) -> bool>,
    ) -> Result<Counter, Fault> {
        let mode = Mode {
            create,
            exclusive: false,
        };
        self.write(name, mode, |value| sum(value, delta), listeners)
    }

    /// Deletes a counter.
    pub(crate) fn delete(
        &self,
        name: &Name,
        listeners: Listeners<impl Fn() -> bool, impl FnOnce(Change, Counter) -> bool>,
    ) -> Result<(), Fault> {
        let (turn, mut table) = self.lock_to_change(listeners.any);
        let node = table.tree.remove_node(name).ok_or(Fault::Missing)?;
        table.generation += 1;
        table.count -= 1;
        drop(table);
        let (_, counter) = node.to_key_value();
        self.notify(turn, listeners.notify, Change::Deleted, counter);
        Ok(())
    }

    /// Sets a counter to what `new_value` returns for its value, or for 0 if the counter is new. If
    /// this fails, nothing has changed.
    fn write(
        &self,
        name: Name,
        mode: Mode,
        new_value: impl FnOnce(u64) -> Result<u64, Fault>,
        listeners: Listeners<impl Fn() -> bool, impl FnOnce(Change, Counter) -> bool>,
    ) -> Result<Counter, Fault> {
        let reservation = if mode.create {
            let reservation = RBTreeNodeReservation::new(GFP_KERNEL_ACCOUNT);
            Some(reservation.map_err(|_| Fault::NoMemory)?)
        } else {
            None
        };
        let (turn, mut table) = self.lock_to_change(listeners.any);
        let (change, written) = self.store(&mut table, name, mode, new_value, reservation)?;
        drop(table);
        self.notify(turn, listeners.notify, change, written);
        Ok(written)
    }

    /// Locks the table for a change. If the change has listeners, this also returns its turn. The
    /// caller holds the turn until the listeners are notified, so notifications are sent in the
    /// order of the changes.
    ///
    /// A change without listeners needs no turn, unless the previous change had listeners: a
    /// listener that joins now and reads the new value must not receive the notification of the old
    /// value afterwards. The check for listeners runs with the table locked. If a listener joined
    /// and then read the table, and did so before this change locked the table, then the check sees
    /// it.
    fn lock_to_change(&self, any: impl Fn() -> bool) -> (Option<Turn<'_>>, Locked<'_>) {
        let table = self.table.lock();
        if !table.heard && !any() {
            return (None, table);
        }
        let (turn, mut table) = self.lock_in_turn(table);
        // Cleared only here, after all earlier notifications have been sent.
        table.heard = any();
        (table.heard.then_some(turn), table)
    }

    /// Locks the table for a change that needs a turn. Out of line, because most changes do not.
    #[inline(never)]
    fn lock_in_turn<'a>(&'a self, table: Locked<'a>) -> (Turn<'a>, Locked<'a>) {
        drop(table);
        (self.writers.lock(), self.table.lock())
    }

    /// Notifies the listeners of a change, if it has any.
    fn notify(
        &self,
        turn: Option<Turn<'_>>,
        notify: impl FnOnce(Change, Counter) -> bool,
        change: Change,
        counter: Counter,
    ) {
        if turn.is_some() && notify(change, counter) {
            self.notifications.add(1, Relaxed);
        }
    }

    /// The part of [`Self::write`] that changes the table.
    fn store(
        &self,
        table: &mut Table,
        name: Name,
        mode: Mode,
        new_value: impl FnOnce(u64) -> Result<u64, Fault>,
        reservation: Option<RBTreeNodeReservation<Name, Counter>>,
    ) -> Result<(Change, Counter), Fault> {
        match table.tree.entry(name) {
            Entry::Occupied(_) if mode.exclusive => Err(Fault::Exists),
            Entry::Occupied(mut entry) => {
                let counter = entry.get_mut();
                counter.value = new_value(counter.value)?;
                counter.updates += 1;
                Ok((Change::Written, *counter))
            }
            Entry::Vacant(entry) => {
                let reservation = reservation.ok_or(Fault::Missing)?;
                if table.count >= self.max {
                    return Err(Fault::Full);
                }
                let counter = Counter {
                    value: new_value(0)?,
                    updates: 1,
                };
                entry.insert(counter, reservation);
                table.count += 1;
                table.generation += 1;
                Ok((Change::New, counter))
            }
        }
    }

    /// The number of notifications sent.
    pub(crate) fn notifications(&self) -> u64 {
        self.notifications.load(Relaxed)
    }

    /// The number of counters.
    pub(crate) fn count(&self) -> u64 {
        self.table.lock().count
    }
}

/// The sum of `value` and `delta`.
pub(crate) fn sum(value: u64, delta: i64) -> Result<u64, Fault> {
    value.checked_add_signed(delta).ok_or(if delta < 0 {
        Fault::Below
    } else {
        Fault::Above
    })
}
