// SPDX-License-Identifier: MIT OR Apache-2.0

//! `echo`, against the loaded module.

mod common;

use common::{client, refusal, refused};
use parley::uapi;

#[test]
fn every_length_comes_back_as_it_was_sent() {
    let mut client = client();
    let bytes: Vec<u8> = (0..uapi::PAYLOAD_MAX)
        .map(|i| (i * 7 % 251) as u8)
        .collect();
    for len in [
        0, 1, 2, 3, 4, 5, 16, 1023, 1024, 4096, 16_384, 61_439, 61_440,
    ] {
        let echo = client.echo(&bytes[..len]).unwrap();
        assert!(
            echo.payload == &bytes[..len],
            "{len} bytes came back changed"
        );
    }
}

#[test]
fn one_byte_more_than_the_most_is_refused_and_the_most_is_told() {
    let mut client = client();
    let result = client.echo(&vec![1; uapi::PAYLOAD_MAX + 1]).map(drop);
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
    assert_eq!(client.echo(b"still there").unwrap().payload, b"still there");
}

#[test]
fn the_stamp_is_the_kernels() {
    let cpus = std::thread::available_parallelism().unwrap().get() as u32;
    let (mut a, mut b) = (client(), client());
    let mut last = 0;
    for _ in 0..50 {
        for client in [&mut a, &mut b] {
            let portid = client.portid();
            let stamp = client.echo(b"").unwrap().stamp;
            assert_eq!(stamp.portid, portid);
            assert!(stamp.cpu < cpus);
            assert!(stamp.time_ns > last, "the clock went back");
            last = stamp.time_ns;
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
                    assert_eq!(client.echo(&payload).unwrap().payload, payload);
                }
            });
        }
    });
}
