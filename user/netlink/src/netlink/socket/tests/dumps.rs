// SPDX-License-Identifier: MIT OR Apache-2.0

//! Dumps that end early, fail, or are left open.

use super::*;

#[test]
fn entries_of_a_dump_are_read_one_by_one_and_the_rest_is_thrown_away() {
    let mut socket = socket();
    for taken in [0, 1, ENTRIES * PARTS, ENTRIES * PARTS + 5] {
        let (seq, request) = request(&mut socket, flags::REQUEST | flags::DUMP);
        let mut entries = socket.entries(&request, seq).unwrap();
        let mut count = 0;
        while count < taken && entries.next_entry().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, taken.min(ENTRIES * PARTS));
        assert!(!entries.was_interrupted());
        drop(entries);
        assert!(state(&socket).dump.is_none());
        is_usable(&mut socket, &format!("after {taken} entries"));
    }
}

#[test]
fn a_dump_that_its_caller_stops_leaves_the_socket_usable() {
    for stop in 0..ENTRIES * PARTS {
        let mut socket = socket();
        let stopped = dump(&mut socket, |number| match number {
            number if number == stop => Err(Error::Nul),
            _ => Ok(()),
        });
        assert!(matches!(stopped, Err(Error::Nul)), "{stopped:?}");
        // The kernel has finished the dump when the call returns.
        assert_eq!(state(&socket).dump, None);
        is_usable(&mut socket, &format!("stopped at entry {stop}"));
    }
}

#[test]
fn a_dump_with_a_part_that_cannot_be_read_leaves_the_socket_usable() {
    for fate in [Fate::Malformed, Fate::Truncated, Fate::NoMemory] {
        for part in 0..PARTS {
            let mut socket = socket();
            state(&socket).fate = Some((part, fate));
            let case = format!("{fate:?} part {part}");
            let failed = dump(&mut socket, |_| Ok(()));
            match (fate, failed) {
                (Fate::Malformed, Err(Error::Malformed { .. }))
                | (Fate::Truncated, Err(Error::Truncated(_)))
                | (Fate::NoMemory, Err(Error::Overrun)) => {}
                (Fate::NoMemory, Err(error)) if error.errno() == Some(libc::ENOBUFS) => {}
                (_, other) => panic!("{case}: {other:?}"),
            }
            assert_eq!(state(&socket).dump, None, "{case}");
            is_usable(&mut socket, &case);
        }
    }
}

#[test]
fn a_part_that_cannot_be_read_may_have_had_events_and_an_entry_that_is_not_wanted_had_none() {
    for fate in [Fate::Malformed, Fate::Truncated] {
        let mut socket = listening();
        state(&socket).fate = Some((0, fate));
        assert!(dump(&mut socket, |_| Ok(())).is_err());
        assert!(socket.events.has_loss(), "{fate:?}");
    }
    let mut socket = listening();
    let malformed = || Error::Malformed {
        what: "",
        offset: 0,
    };
    assert!(dump(&mut socket, |_| Err(malformed())).is_err());
    assert!(!socket.events.has_loss());
}

#[test]
fn one_entry_read_of_a_dump_does_not_keep_the_next_dump_from_beginning() {
    for expect in [Expect::Entry, Expect::Reply] {
        let mut socket = socket();
        let (seq, request) = request(&mut socket, flags::DUMP);
        let first = socket.transact(&request, seq, expect).unwrap();
        assert_eq!(first.payload, [0; 4]);
        is_usable(&mut socket, &format!("{expect:?}"));
    }
}

#[test]
fn a_dump_that_falls_silent_leaves_the_socket_usable() {
    let mut socket = socket();
    // Nothing answers the first request, not even the ping. Later, everything comes at once.
    state(&socket).is_silent = true;
    socket.set_timeout(Duration::from_millis(20)).unwrap();
    let silent = dump(&mut socket, |_| Ok(()));
    assert!(matches!(silent, Err(Error::Timeout(_))), "{silent:?}");
    state(&socket).is_silent = false;
    socket.set_timeout(TIMEOUT).unwrap();
    is_usable(&mut socket, "silent");
}

#[test]
fn an_ack_does_not_make_an_open_dump_forgotten() {
    let mut socket = socket();
    let (seq, dump) = request(&mut socket, flags::DUMP);
    // The dump's reader stops. The rest cannot be read, because the ping cannot be sent.
    state(&socket).refuses_pings = true;
    let receives = state(&socket).receives;
    state(&socket).deaf = receives + 1..receives + 3;
    let stopped = socket.dump(&dump, seq, |_| Err(Error::Nul));
    assert!(matches!(stopped, Err(Error::Nul)), "{stopped:?}");
    assert!(socket.open.is_some(), "still open");
    transact(&mut socket, flags::ACK, Expect::Ack).unwrap();
    assert!(state(&socket).dump.is_none() || socket.open.is_some());
}

#[test]
fn after_an_error_a_dump_has_ended() {
    let mut socket = socket();
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    let (seq, request) = request(&mut socket, flags::DUMP);
    let mut dump = socket.entries(&request, seq).unwrap();
    let mut errors = 0;
    for _ in 0..100 {
        match dump.next_entry() {
            Ok(Some(_)) => thread::sleep(Duration::from_millis(20)),
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    assert!(errors <= 1, "{errors} errors, where one ends it");
}
