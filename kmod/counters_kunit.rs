// SPDX-License-Identifier: GPL-2.0

//! KUnit suite of the counters: their arithmetic, and the cursor of their dump.
//!
//! Not in `state/counters.rs`, because the suite's macro expands to unsafe code, which that file
//! forbids.

#![forbid(unsafe_code)]

use crate::{
    genl::{
        codegen::Op,
        prelude::*,
        testing::{
            put,
            with_attrs,
            write,
            FakeDump, //
        }, //
    },
    parley::{
        CounterGetDump, //
    },
    state::{
        counters::{
            sum,
            Change,
            Counter,
            Fault,
            Listeners,
            Mode,
            Name, //
        },
        Net, //
    }, //
};
use kernel::{
    prelude::*,
    str::{
        CStr,
        CString, //
    },
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    },
    time::{
        delay::fsleep,
        Delta, //
    },
    workqueue::system, //
};

fn net(max: u32) -> Result<Pin<KBox<Net>>> {
    KBox::pin_init(Net::new(max), GFP_KERNEL)
}

fn name(name: &CStr) -> Result<Name> {
    Name::new(name).ok_or(EINVAL)
}

/// No listeners.
fn nobody() -> Listeners<impl Fn() -> bool, impl FnOnce(Change, Counter) -> bool> {
    Listeners::new(|| false, |_, _| true)
}

/// Listeners that `notify` notifies.
fn somebody<N: FnOnce(Change, Counter) -> bool>(notify: N) -> Listeners<impl Fn() -> bool, N> {
    Listeners::new(|| true, notify)
}

/// The result of a change. A fault becomes a short name.
fn outcome<T>(result: Result<T, Fault>) -> Result<T, &'static str> {
    result.map_err(|fault| match fault {
        Fault::Missing => "missing",
        Fault::Exists => "exists",
        Fault::Full => "full",
        Fault::Below => "below",
        Fault::Above => "above",
        Fault::NoMemory => "no memory",
    })
}

const CREATE: Mode = Mode {
    create: true,
    exclusive: false,
};

#[kunit_tests(parley_counters)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_stays_within_64_bits() {
        for (value, delta, expected) in [
            (0, 0, Ok(0)),
            (0, -1, Err("below")),
            (1, -1, Ok(0)),
            (0, i64::MIN, Err("below")),
            (1 << 63, i64::MIN, Ok(0)),
            (u64::MAX, i64::MIN, Ok((1 << 63) - 1)),
            (u64::MAX, 1, Err("above")),
            (u64::MAX - 1, 1, Ok(u64::MAX)),
            (u64::MAX, i64::MAX, Err("above")),
            (u64::MAX, 0, Ok(u64::MAX)),
        ] {
            assert_eq!(outcome(sum(value, delta)), expected);
        }
    }

    #[test]
    fn an_addition_that_fails_changes_nothing_and_tells_nobody() -> Result {
        let net = net(10)?;
        let counters = net.counters();
        let a = name(c"a")?;
        assert!(counters.set(a, 5, CREATE, nobody()).is_ok());
        let before = counters.lock().generation();
        let listeners = somebody(|_, _| {
            assert!(false);
            true
        });
        let added = counters.add(a, -6, false, listeners);
        assert_eq!(outcome(added).map(|counter| counter.value), Err("below"));
        let after = counters.get(&a).ok_or(ENOENT)?;
        assert_eq!((after.value, after.updates), (5, 1));
        assert_eq!(counters.lock().generation(), before);
        assert_eq!(counters.notifications(), 0);
        Ok(())
    }

    #[test]
    fn a_notification_counts_if_it_was_sent() -> Result {
        let net = net(10)?;
        let counters = net.counters();
        let a = name(c"a")?;
        let sent = |sent: bool| somebody(move |_, _| sent);
        assert!(counters.set(a, 1, CREATE, sent(true)).is_ok());
        assert!(counters.add(a, 1, false, sent(false)).is_ok());
        assert_eq!(counters.notifications(), 1);
        assert!(counters.delete(&a, sent(true)).is_ok());
        assert_eq!(counters.notifications(), 2);
        assert_eq!(counters.count(), 0);
        Ok(())
    }

    #[test]
    fn each_change_with_listeners_is_notified_and_no_other() -> Result {
        let net = net(10)?;
        let counters = net.counters();
        let a = name(c"a")?;
        for heard in [false, true, true, false, false, true] {
            let listeners = Listeners::new(|| heard, |_, _| true);
            let before = counters.notifications();
            assert!(counters.set(a, 1, CREATE, listeners).is_ok());
            assert_eq!(counters.notifications() - before, u64::from(heard));
        }
        Ok(())
    }

    #[test]
    fn a_change_without_listeners_waits_for_the_notification_of_the_one_before() -> Result {
        let net = Arc::pin_init(Net::new(10), GFP_KERNEL)?;
        let done = Arc::new(Atomic::<u32>::new(0), GFP_KERNEL)?;
        let a = name(c"a")?;
        let (mut spawned, mut early) = (Err(EINVAL), 0);
        let listeners = somebody(|_, _| {
            let (net, done_later) = (net.clone(), done.clone());
            spawned = system()
                .try_spawn(GFP_KERNEL, move || {
                    let _ = net.counters().set(a, 2, CREATE, nobody());
                    done_later.store(1, Relaxed);
                })
                .map_err(Error::from);
            // Without waiting, the other change would end long before this does.
            fsleep(Delta::from_millis(100));
            early = done.load(Relaxed);
            true
        });
        assert!(net.counters().set(a, 1, CREATE, listeners).is_ok());
        spawned?;
        while done.load(Relaxed) == 0 {
            fsleep(Delta::from_millis(1));
        }
        assert_eq!(early, 0);
        assert_eq!(net.counters().get(&a).map(|counter| counter.value), Some(2));
        Ok(())
    }

    #[test]
    fn a_counter_can_be_read_while_its_change_is_notified() -> Result {
        let net = net(10)?;
        let counters = net.counters();
        let a = name(c"a")?;
        let mut read = None;
        let listeners = somebody(|_, _| {
            read = counters.get(&a).map(|counter| counter.value);
            true
        });
        let written = counters.set(a, 7, CREATE, listeners);
        assert!(written.is_ok());
        assert_eq!(read, Some(7));
        Ok(())
    }

    #[test]
    fn only_an_insertion_and_a_removal_make_another_generation() -> Result {
        let net = net(10)?;
        let counters = net.counters();
        let a = name(c"a")?;
        let mut generation = counters.lock().generation();
        let mut changed = || {
            let before = core::mem::replace(&mut generation, counters.lock().generation());
            before != generation
        };
        assert!(counters.set(a, 1, CREATE, nobody()).is_ok());
        assert!(changed());
        assert!(counters.add(a, 1, false, nobody()).is_ok());
        assert!(counters.set(a, 5, CREATE, nobody()).is_ok());
        assert!(!changed());
        assert!(counters.delete(&a, nobody()).is_ok());
        assert!(changed());
        assert!(!changed());
        Ok(())
    }

    #[test]
    fn there_are_no_more_than_may_be() -> Result {
        let net = net(2)?;
        let counters = net.counters();
        let (a, b, c) = (name(c"a")?, name(c"b")?, name(c"c")?);
        assert!(counters.set(a, 1, CREATE, nobody()).is_ok());
        assert!(counters.set(b, 1, CREATE, nobody()).is_ok());
        let full = outcome(counters.set(c, 1, CREATE, nobody()));
        assert_eq!(full.map(|counter| counter.value), Err("full"));
        assert!(counters.set(a, 2, CREATE, nobody()).is_ok());
        assert!(counters.delete(&b, nobody()).is_ok());
        assert!(counters.set(c, 1, CREATE, nobody()).is_ok());
        assert_eq!(counters.count(), 2);
        Ok(())
    }

    #[test]
    fn names_are_ordered_as_their_bytes() -> Result {
        let names = [
            c"a",
            c"a\x01",
            c"ab",
            c"b",
            c"counter-",
            c"counter-0",
            c"counter-00000001",
            c"counter-00000010",
            c"counter-0000001\xff",
            c"\x7f",
            c"\x80",
            c"\xff",
            c"1234567890123456789012345678901",
            c"1234567890123456789012345678900",
        ];
        for left in names {
            for right in names {
                assert_eq!(
                    name(left)?.cmp(&name(right)?),
                    left.to_bytes().cmp(right.to_bytes())
                );
            }
            assert!(Name::EMPTY < name(left)?);
        }
        Ok(())
    }

    #[test]
    fn a_name_has_at_most_31_bytes() {
        assert!(Name::new(c"1234567890123456789012345678901").is_some());
        assert!(Name::new(c"12345678901234567890123456789012").is_none());
    }

    /// Dumps all names with `prefix`, `room` bytes at a time, and calls `between` after each
    /// buffer. Returns the names, each followed by a comma, and the number of buffers.
    fn dump(
        net: &Net,
        prefix: &CStr,
        room: usize,
        mut between: impl FnMut(&Net) -> Result,
    ) -> Result<(KVec<u8>, usize)> {
        let number = 5;
        let bytes = write(64, |to| put::<NulString<0>>(to, number, prefix))?;
        with_attrs(&bytes, CounterGetDump::POLICY, |request| {
            let mut cursor = net.start(request).map_err(|_| EINVAL)?;
            let mut dump = FakeDump::new()?;
            let (mut names, mut buffers) = (KVec::new(), 0);
            loop {
                let before = cursor;
                let filled = dump.fill(room, |entries: &mut Entries<'_, CounterGetDump>| {
                    net.next(request, &mut cursor, entries).map_err(|_| EINVAL)
                })?;
                buffers += 1;
                // The cursor moves where something was put, and only there.
                let moved = before != cursor;
                assert_eq!(moved, !filled.flags.is_empty());
                if let Some(last) = cursor.filter(|_| !filled.flags.is_empty()) {
                    names.extend_from_slice(last.as_c_str().to_bytes(), GFP_KERNEL)?;
                    names.push(b',', GFP_KERNEL)?;
                }
                match filled.returned? {
                    Progress::Done => return Ok((names, buffers)),
                    Progress::More => between(net)?,
                }
            }
        })?
    }

    /// Room for one entry with a name of one byte, but not for two.
    const ONE: usize = 60;

    fn with_names(names: &[&CStr]) -> Result<Pin<KBox<Net>>> {
        let net = net(100)?;
        for each in names {
            let set = net.counters().set(name(each)?, 1, CREATE, nobody());
            set.map_err(|_| ENOMEM)?;
        }
        Ok(net)
    }

    #[test]
    fn a_dump_resumes_behind_the_last_name() -> Result {
        let net = with_names(&[c"c", c"a", c"b"])?;
        let (names, buffers) = dump(&net, c"", ONE, |_| Ok(()))?;
        assert_eq!(names[..], *b"a,b,c,");
        assert_eq!(buffers, 3);
        Ok(())
    }

    #[test]
    fn a_prefix_ends_the_dump_behind_the_last_that_has_it() -> Result {
        let net = with_names(&[c"a", c"b", c"ba", c"c"])?;
        let (names, _) = dump(&net, c"b", ONE, |_| Ok(()))?;
        assert_eq!(names[..], *b"b,ba,");
        let (names, buffers) = dump(&net, c"x", ONE, |_| Ok(()))?;
        assert_eq!((names.len(), buffers), (0, 1));
        Ok(())
    }

    #[test]
    fn a_name_deleted_under_the_cursor_loses_no_other() -> Result {
        let net = with_names(&[c"a", c"b", c"c"])?;
        let mut first = true;
        let (names, _) = dump(&net, c"", ONE, |net| {
            if core::mem::replace(&mut first, false) {
                let deleted = net.counters().delete(&name(c"a")?, nobody());
                deleted.map_err(|_| ENOENT)?;
            }
            Ok(())
        })?;
        assert_eq!(names[..], *b"a,b,c,");
        Ok(())
    }

    #[test]
    fn a_thousand_names_come_once_each_in_order() -> Result {
        let net = net(1000)?;
        for number in (0..1000).rev() {
            let each = CString::try_from_fmt(fmt!("{number:03}"))?;
            let set = net.counters().set(name(&each)?, 1, CREATE, nobody());
            set.map_err(|_| ENOMEM)?;
        }
        let (names, buffers) = dump(&net, c"", ONE, |_| Ok(()))?;
        assert_eq!(buffers, 1000);
        for (number, found) in names.split(|byte| *byte == b',').take(1000).enumerate() {
            let expected = CString::try_from_fmt(fmt!("{number:03}"))?;
            assert_eq!(found, expected.to_bytes());
        }
        Ok(())
    }
}
