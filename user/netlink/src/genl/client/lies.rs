// SPDX-License-Identifier: MIT OR Apache-2.0

//! A lying kernel and a generated client. For every answer, the library reports what is wrong,
//! terminates, and never mistakes another sender for the kernel.

use crate::genl::message;
use crate::netlink::attr::Writer;
use crate::netlink::fake::{reply, Answers, Fake, PORT};
use crate::netlink::message::{flags, HEADER};
use crate::netlink::{Error, Result};
use crate::uapi::{self, cmd, counter, echo, stamp, stats, Client};
use crate::uapi::{CounterGetDumpRequest, CounterGetRequest, EchoReply, EchoRequest};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const FAMILY: u16 = 30;

/// A genlmsghdr, and attributes.
fn body(cmd: u8, fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Vec<u8> {
    let mut message = Vec::new();
    message::write(&mut message, FAMILY, (cmd, 1), 0, 0, fill).unwrap();
    message.split_off(HEADER)
}

fn stats_reply(seq: u32, echoes: u64) -> Vec<u8> {
    let body = body(cmd::STATS_GET, |w| w.uint(stats::ECHOES, echoes));
    reply(FAMILY, 0, seq, &body)
}

fn counter_entry(seq: u32) -> Vec<u8> {
    let body = body(cmd::COUNTER_GET, |w| {
        w.string(counter::NAME, "c")?;
        w.uint(counter::VALUE, 1)?;
        w.uint(counter::UPDATES, 1)
    });
    reply(FAMILY, flags::MULTI, seq, &body)
}

/// NLMSG_ERROR with this errno, and no extended ACK.
fn error(seq: u32, errno: i32) -> Vec<u8> {
    let mut payload = (-errno).to_ne_bytes().to_vec();
    payload.extend_from_slice(&[0; HEADER]);
    reply(2, flags::CAPPED, seq, &payload)
}

/// A client that has resolved the family, and then receives `lie` in answer to each
/// request.
fn lied_to(mut lie: impl FnMut(&mut Answers, u32) + Send + 'static) -> Client<Fake> {
    let mut is_found = false;
    let socket = Fake::socket(move |request, answers| {
        if std::mem::replace(&mut is_found, true) {
            lie(answers, request.header.seq);
        } else {
            answers.family(FAMILY, uapi::FAMILY_NAME);
        }
    });
    Client::over(socket).unwrap()
}

/// The same, with a short timeout, for lies without an answer.
fn impatient(lie: impl FnMut(&mut Answers, u32) + Send + 'static) -> Client<Fake> {
    let mut client = lied_to(lie);
    client
        .inner()
        .set_timeout(Duration::from_millis(20))
        .unwrap();
    client
}

fn told(lie: impl FnMut(&mut Answers, u32) + Send + 'static) -> Result<u64> {
    lied_to(lie).stats_get()?.echoes()
}

fn told_in_vain(lie: impl FnMut(&mut Answers, u32) + Send + 'static) -> Result<u64> {
    let begun = Instant::now();
    let told = impatient(lie).stats_get().and_then(|stats| stats.echoes());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "it took too long"
    );
    told
}

#[test]
fn the_truth_is_believed() {
    let echoes = told(|liar, seq| {
        liar.datagram(stats_reply(seq, 7));
    });
    assert_eq!(echoes.unwrap(), 7);
}

#[test]
fn silence_ends_with_the_time() {
    assert!(matches!(told_in_vain(|_, _| {}), Err(Error::Timeout(_))));
}

#[test]
fn no_other_sender_is_taken_for_the_kernel() {
    for sender in [Some(1), Some(PORT), Some(u32::MAX), None] {
        let echoes = told(move |liar, seq| {
            liar.datagram_of(sender, stats_reply(seq, 666));
            liar.datagram_of(sender, error(seq, libc::EPERM));
            liar.datagram(stats_reply(seq, 7));
        });
        assert_eq!(echoes.unwrap(), 7, "sender {sender:?}");
    }
}

#[test]
fn answers_to_others_and_late_ones_are_passed_over() {
    let echoes = told(|liar, seq| {
        liar.datagram(stats_reply(seq.wrapping_sub(1), 1));
        liar.datagram(error(seq.wrapping_add(1), libc::EIO));
        let mut foreign = stats_reply(seq, 2);
        foreign[12..16].copy_from_slice(&(PORT + 1).to_ne_bytes());
        liar.datagram(foreign);
        // Several in a datagram, of which the last is the one.
        let mixed = [stats_reply(0, 3), stats_reply(seq, 7), stats_reply(seq, 8)].concat();
        liar.datagram(mixed);
    });
    assert_eq!(echoes.unwrap(), 7);
}

#[test]
fn an_answer_that_comes_twice_is_not_the_answer_to_the_next_question() {
    let mut count = 0;
    let mut client = lied_to(move |liar, seq| {
        count += 1;
        liar.datagram(stats_reply(seq, count));
        liar.datagram(stats_reply(seq, count));
        liar.datagram(error(seq, libc::EPERM));
    });
    assert_eq!(client.stats_get().unwrap().echoes().unwrap(), 1);
    assert_eq!(client.stats_get().unwrap().echoes().unwrap(), 2);
}

#[test]
fn a_reply_that_is_cut_short_is_malformed() {
    let whole = stats_reply(0, u64::MAX).len();
    for len in 1..whole {
        let cut = told_in_vain(move |liar, seq| {
            liar.datagram(stats_reply(seq, u64::MAX)[..len].to_vec());
        });
        assert!(
            matches!(cut, Err(Error::Malformed { .. } | Error::Timeout(_))),
            "{len} of {whole} bytes: {cut:?}"
        );
    }
}

#[test]
fn a_reply_longer_than_the_buffer_is_told_to_be() {
    let long = told(|liar, seq| {
        let mut long = stats_reply(seq, 1);
        long.resize(100_000, 0);
        liar.datagram(long);
    });
    assert!(matches!(long, Err(Error::Truncated(_))), "{long:?}");
}

#[test]
fn a_reply_of_another_command_or_with_attributes_of_wrong_size_is_malformed() {
    let other = told(|liar, seq| {
        let body = body(cmd::ECHO, |_| Ok(()));
        liar.datagram(reply(FAMILY, 0, seq, &body));
    });
    assert!(matches!(other, Err(Error::Malformed { .. })), "{other:?}");
    for len in [0, 1, 3, 5, 9] {
        let odd = told(move |liar, seq| {
            let body = body(cmd::STATS_GET, |w| w.bytes(stats::ECHOES, &vec![1; len]));
            liar.datagram(reply(FAMILY, 0, seq, &body));
        });
        assert!(matches!(odd, Err(Error::Malformed { .. })), "{odd:?}");
    }
}

#[test]
fn an_attribute_that_is_absent_is_named() {
    let mut client = lied_to(|liar, seq| {
        let body = body(cmd::COUNTER_GET, |w| w.string(counter::NAME, "c"));
        liar.datagram(reply(FAMILY, 0, seq, &body));
    });
    assert!(matches!(
        client
            .counter_get(&CounterGetRequest::new().name("c"))
            .and_then(|counter| counter.value()),
        Err(Error::Absent("counter.value"))
    ));
}

#[test]
fn errors_that_are_none_are_malformed() {
    for errno in [i32::MIN, -5] {
        let odd = told(move |liar, seq| {
            let mut message = error(seq, 1);
            message[16..20].copy_from_slice(&errno.wrapping_neg().to_ne_bytes());
            liar.datagram(message);
        });
        assert!(
            matches!(odd, Err(Error::Malformed { .. })),
            "{errno}: {odd:?}"
        );
    }
    // An ACK in place of a reply is nothing to go by.
    let ack = told_in_vain(|liar, seq| {
        liar.datagram(error(seq, 0));
    });
    assert!(matches!(ack, Err(Error::Timeout(_))), "{ack:?}");
}

#[test]
fn what_is_said_without_end_is_not_listened_to_without_end() {
    // Of others, at a rate at which the time never runs out between two.
    let endless = told_in_vain(|liar, seq| liar.endless(Some(0), stats_reply(seq + 1, 1)));
    assert!(matches!(endless, Err(Error::Timeout(_))), "{endless:?}");
    let noise = told_in_vain(|liar, _| liar.endless(Some(5), vec![1; 100]));
    assert!(matches!(noise, Err(Error::Timeout(_))), "{noise:?}");
    // A dump whose entries go on and on.
    let begun = Instant::now();
    let mut client = impatient(|liar, seq| liar.endless(Some(0), counter_entry(seq)));
    let dump = client.counter_get_dump(&CounterGetDumpRequest::new(), |_| Ok(()));
    assert!(matches!(dump, Err(Error::Timeout(_))), "{dump:?}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_dump_that_does_not_begin_ends_after_the_time_of_an_answer() {
    let mut client = impatient(|liar, seq| liar.endless(Some(0), counter_entry(seq + 1)));
    let usual = client.inner().socket().timeout();
    let dump = client.counter_get_dump(&CounterGetDumpRequest::new(), |_| Ok(()));
    assert!(
        matches!(dump, Err(Error::Timeout(time)) if time == usual),
        "{dump:?}"
    );
}

#[test]
fn replies_to_a_batch_may_share_a_datagram_with_each_other_and_with_strangers() {
    fn echo_reply(seq: u32, payload: &[u8]) -> Vec<u8> {
        let body = body(cmd::ECHO, |w| {
            w.bytes(echo::PAYLOAD, payload)?;
            w.nest(echo::STAMP, |w| {
                w.uint(stamp::TIME_NS, 1)?;
                w.u32(stamp::CPU, 0)?;
                w.u32(stamp::PORTID, PORT)
            })
        });
        reply(FAMILY, 0, seq, &body)
    }
    let mut client = lied_to(|liar, seq| {
        let (one, two) = (echo_reply(seq, b"one"), echo_reply(seq + 1, b"two"));
        let three = echo_reply(seq + 2, b"three");
        liar.datagram([one, two].concat());
        liar.datagram([stats_reply(0, 1), three].concat());
    });
    let mut heard = Vec::new();
    let each = |_, echo: Result<EchoReply<'_>>| {
        heard.push(String::from_utf8(echo?.payload()?.to_vec()).unwrap());
        Ok(())
    };
    let texts = ["one", "two", "three"];
    let sent = client.echo_batch(&texts, |text| EchoRequest::new().payload(*text), each);
    sent.unwrap();
    assert_eq!(heard, ["one", "two", "three"]);
}

#[test]
fn a_dump_that_breaks_off_is_an_error() {
    let mut client = impatient(|liar, seq| {
        liar.datagram(counter_entry(seq));
    });
    let mut seen = 0;
    let dump = client.counter_get_dump(&CounterGetDumpRequest::new(), |_| {
        seen += 1;
        Ok(())
    });
    assert!(matches!(dump, Err(Error::Timeout(_))), "{dump:?}");
    assert_eq!(seen, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.min(200)))]

    #[test]
    fn no_bytes_of_the_kernels_make_it_panic_or_hang(
        datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4)
    ) {
        let _ = told_in_vain(move |liar, _| {
            for datagram in &datagrams {
                liar.datagram(datagram.clone());
            }
        });
    }

    #[test]
    fn no_bytes_behind_a_right_header_make_it_panic_or_hang(
        kind in prop::sample::select(vec![1u16, 2, 3, 4, FAMILY]),
        modifiers: u16,
        payload in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = told_in_vain(move |liar, seq| {
            liar.datagram(reply(kind, modifiers, seq, &payload));
        });
    }
}
