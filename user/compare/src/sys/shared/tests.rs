// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shared memory: the permitted actions of each side, and their order.

use super::*;
use std::io::Read;

const SHORT: Duration = Duration::from_millis(1);

fn never() -> io::Result<()> {
    Err(io::ErrorKind::TimedOut.into())
}

fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
    result.map(drop).unwrap_err().kind()
}

#[test]
fn each_way_has_room_of_its_own_and_no_more_than_that_is_touched() {
    for room in [0, 1, 4096, 61_440] {
        let (mut asker, file) = Asker::create(room).unwrap();
        let message = vec![0x11; room + 9];
        let mut reply = vec![0; room + 9];
        std::thread::scope(|scope| {
            let other = scope.spawn(|| -> io::Result<()> {
                let mut answerer = Answerer::open(file.as_fd(), room)?;
                while answerer.answer()? {}
                Ok(())
            });
            // The other side ends only when it receives the end, so wait as long as it runs.
            let go_on = || match other.is_finished() {
                true => never(),
                false => Ok(()),
            };
            let taken = asker.take(&message, &mut reply, SHORT, go_on);
            asker.end().unwrap();
            other.join().unwrap().unwrap();
            taken.unwrap();
        });
        assert_eq!(reply[..room], message[..room]);
        assert_eq!(reply[room..], [0; 9]);
        let mut all = Vec::new();
        File::from(file).read_to_end(&mut all).unwrap();
        let (head, messages) = all.split_at(HEAD);
        assert_eq!(messages, [&message[..room], &message[..room]].concat());
        let mut words = vec![0; HEAD];
        for (word, value) in [(Word::Request, END), (Word::Reply, 1), (Word::Claim, 1)] {
            words[word as usize * LINE..][..4].copy_from_slice(&u32::to_ne_bytes(value));
        }
        assert_eq!(head, words);
    }
}

#[test]
fn a_file_of_another_length_or_that_could_change_it_is_not_mapped() {
    let (_ours, file) = Asker::create(16).unwrap();
    for room in [15, 17] {
        let opened = Answerer::open(file.as_fd(), room);
        assert_eq!(kind(opened), io::ErrorKind::InvalidInput);
    }
    // The refused attempts have not claimed the file.
    Answerer::open(file.as_fd(), 16).unwrap();
    assert!(File::from(file).set_len(0).is_err());
    for seals in [0, libc::F_SEAL_SHRINK, libc::F_SEAL_GROW] {
        let file = File::from(memfd().unwrap());
        file.set_len(bytes(16).unwrap() as u64).unwrap();
        seal(&file, seals).unwrap();
        let opened = Answerer::open(file.as_fd(), 16);
        assert_eq!(kind(opened), io::ErrorKind::InvalidInput);
    }
    let (reader, _writer) = std::os::unix::net::UnixStream::pair().unwrap();
    let opened = Answerer::open(reader.as_fd(), 16);
    assert_eq!(kind(opened), io::ErrorKind::InvalidInput);
    assert!(Asker::create(ROOM_MAX + 1).is_err());
}

#[test]
fn a_second_who_would_answer_is_refused_even_when_the_first_is_gone() {
    let (_ours, file) = Asker::create(16).unwrap();
    let first = Answerer::open(file.as_fd(), 16).unwrap();
    let refused = || kind(Answerer::open(file.as_fd(), 16));
    assert_eq!(refused(), io::ErrorKind::ResourceBusy);
    drop(first);
    assert_eq!(refused(), io::ErrorKind::ResourceBusy);
}

#[test]
fn the_numbers_start_again_and_never_say_the_end() {
    let (mut asker, file) = Asker::create(8).unwrap();
    let other = Mapping::open(file.as_fd(), 8).unwrap();
    for direction in [Direction::Request, Direction::Reply] {
        other.number(direction).store(END - 2, Ordering::Relaxed);
    }
    asker.last = END - 2;
    for number in [END - 1, 0, 1] {
        // The reply's number is there already, so nobody has to answer.
        other
            .number(Direction::Reply)
            .store(number, Ordering::Relaxed);
        asker.take(b"8 bytes.", &mut [0; 8], SHORT, never).unwrap();
        let there = other.number(Direction::Request).load(Ordering::Relaxed);
        assert_eq!(there, number);
    }
}

#[test]
fn who_had_no_answer_has_no_turn_any_more_and_can_tell_the_end() {
    let (mut asker, file) = Asker::create(8).unwrap();
    let late = asker.take(b"8 bytes.", &mut [0; 8], SHORT, never);
    assert_eq!(kind(late), io::ErrorKind::TimedOut);
    let mut answerer = Answerer::open(file.as_fd(), 8).unwrap();
    assert!(answerer.answer().unwrap());
    // The answer has arrived by now, and this would be another message.
    let again = asker.take(b"8 more..", &mut [0; 8], SHORT, never);
    assert_eq!(kind(again), io::ErrorKind::Other);
    asker.end().unwrap();
    assert!(!answerer.answer().unwrap());
    assert!(!answerer.answer().unwrap());
}

#[test]
fn an_answer_to_something_else_is_no_answer() {
    let (mut asker, file) = Asker::create(8).unwrap();
    let other = Mapping::open(file.as_fd(), 8).unwrap();
    other.number(Direction::Reply).store(5, Ordering::Relaxed);
    let wrong = asker.take(b"8 bytes.", &mut [0; 8], SHORT, never);
    assert_eq!(kind(wrong), io::ErrorKind::InvalidData);
}

#[test]
fn a_wait_ends_when_the_word_has_changed_and_when_its_time_is_up() {
    let (ours, _file) = Asker::create(0).unwrap();
    let word = ours.memory.word(Word::Request);
    let late = wait(word, 0, Some(SHORT));
    assert_eq!(kind(late), io::ErrorKind::TimedOut);
    wait(word, 1, None).unwrap();
    wake(word).unwrap();
}
