// SPDX-License-Identifier: MIT OR Apache-2.0

//! `echo`, against the loaded module.

mod common;

use common::{client, refusal, refused, Calls};
use parley::client::EchoRequest;
use parley::uapi::{self, cmd, counter};
use parley::Error;
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::socket::Expect;

#[test]
fn every_length_comes_back_as_it_was_sent() {
    let mut client = client();
    let bytes: Vec<u8> = (0..uapi::PAYLOAD_MAX)
        .map(|i| (i * 7 % 251) as u8)
        .collect();
    for len in [
        0, 1, 2, 3, 4, 5, 16, 1023, 1024, 4096, 16_384, 61_439, 61_440,
    ] {
        let echoed = client.echoed(&bytes[..len]).unwrap();
        assert!(echoed == bytes[..len], "{len} bytes came back changed");
    }
}

#[test]
fn one_byte_more_than_the_most_is_refused_and_the_most_is_told() {
    let mut client = client();
    let result = client.echoed(&vec![1; uapi::PAYLOAD_MAX + 1]).map(drop);
    let policy = result
        .as_ref()
        .unwrap_err()
        .refusal()
        .unwrap()
        .policy
        .clone();
    assert_eq!(policy.unwrap().max_len, Some(uapi::PAYLOAD_MAX as u32));
    assert_eq!(
        refused(result),
        refusal(
            libc::ERANGE,
            "Attribute failed policy validation",
            "echo.payload"
        )
    );
    assert_eq!(client.echoed(b"still there").unwrap(), b"still there");
}

#[test]
fn the_stamp_is_the_kernels() {
    let cpus = std::thread::available_parallelism().unwrap().get() as u32;
    let (mut a, mut b) = (client(), client());
    let mut last = 0;
    for _ in 0..50 {
        for client in [&mut a, &mut b] {
            let portid = client.inner().portid();
            let reply = client.echo(&EchoRequest::new().payload(b"")).unwrap();
            let stamp = reply.stamp().unwrap();
            assert_eq!(stamp.portid, Some(portid));
            assert!(stamp.cpu().unwrap() < cpus);
            assert!(stamp.time_ns().unwrap() > last, "the clock went back");
            last = stamp.time_ns().unwrap();
        }
    }
}

#[test]
fn clients_on_all_cpus_each_get_their_own_bytes_back() {
    std::thread::scope(|scope| {
        for thread in 0..8u8 {
            scope.spawn(move || {
                let mut client = client();
                for i in 0..200u8 {
                    let payload = [thread, i].repeat(usize::from(i) * 5);
                    assert_eq!(client.echoed(&payload).unwrap(), payload);
                }
            });
        }
    });
}

fn request(payload: &Vec<u8>) -> EchoRequest<'_> {
    EchoRequest::new().payload(payload)
}

#[test]
fn each_of_a_batch_comes_back_in_its_place_whatever_their_number_and_size() {
    let mut client = client();
    for (count, len) in [(0, 0), (1, 16), (33, 1024), (1000, 16), (7, 61_000)] {
        let payloads: Vec<Vec<u8>> = (0..count)
            .map(|i: u32| i.to_ne_bytes().repeat(len / 4))
            .collect();
        let mut seen = 0;
        client
            .echo_batch(&payloads, request, |i, echo| {
                assert_eq!((i, echo?.payload()?), (seen, payloads[i].as_slice()));
                seen += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, payloads.len());
    }
}

#[test]
fn a_request_of_a_batch_that_is_refused_leaves_the_others_alone() {
    let mut client = client();
    let payloads = [vec![1; 8], vec![2; uapi::PAYLOAD_MAX + 1], vec![3; 8]];
    let mut ends = Vec::new();
    client
        .echo_batch(&payloads, request, |i, echo| {
            ends.push(match echo {
                Ok(echo) => Ok(echo.payload().unwrap() == payloads[i]),
                Err(error) => Err(refused::<()>(Err(error))),
            });
            Ok(())
        })
        .unwrap();
    let words = "Attribute failed policy validation";
    let too_long = refusal(libc::ERANGE, words, "echo.payload");
    assert_eq!(ends, [Ok(true), Err(too_long), Ok(true)]);
    assert_eq!(client.echoed(b"still there").unwrap(), b"still there");
}

#[test]
fn who_leaves_a_batch_in_the_middle_gets_none_of_its_replies_later() {
    let mut client = client();
    let left = client.echo_batch(&["one", "two", "six"].map(Vec::from), request, |_, _| {
        Err(Error::Nul)
    });
    assert!(matches!(left, Err(Error::Nul)));
    assert_eq!(client.echoed(b"seven").unwrap(), b"seven");
}

#[test]
fn a_batch_of_any_command_is_one_send() {
    let mut client = client();
    let names = ["batch-a", "batch-b", "batch-c"];
    let write = |name: &&str, attributes: &mut Writer<'_>| attributes.string(counter::NAME, name);
    client
        .inner()
        .call_batch(
            (cmd::COUNTER_SET, 0),
            Expect::Ack,
            &names,
            |name, attributes| {
                write(name, attributes)?;
                attributes.uint(counter::VALUE, 7)?;
                attributes.flag(counter::CREATE)
            },
            |_, end| end.map(drop),
        )
        .unwrap();
    assert_eq!(client.get("batch-c").unwrap().value, 7);
    // The second time they are missing, so each request fails by itself.
    for expected in [[None; 3], [Some(libc::ENOENT); 3]] {
        let mut ends = Vec::new();
        let delete = (cmd::COUNTER_DEL, 0);
        client
            .inner()
            .call_batch(delete, Expect::Ack, &names, write, |_, end| {
                ends.push(end.err().and_then(|e| e.refusal().map(|r| r.errno)));
                Ok(())
            })
            .unwrap();
        assert_eq!(ends, expected);
    }
}
