// SPDX-License-Identifier: MIT OR Apache-2.0

//! The longest messages, while the kernel has no large block of memory to give. Needs a kernel with
//! fault injection, such as `debug`.

mod common;

use common::faults::NoLargeBlocks;
use common::raw::Raw;
use common::{client, Calls};
use parley::device::Device;
use parley::uapi::{self, cmd, echo};
use parley::Error;
use parley_netlink::netlink::message::Kind;

#[test]
fn the_longest_messages_need_no_large_block_of_memory() {
    let mut client = client();
    let longest = vec![7; uapi::PAYLOAD_MAX];
    let no_large_blocks = NoLargeBlocks::new();
    let device = Device::open().unwrap();
    assert_eq!(device.echo(&longest).unwrap(), longest);
    assert_eq!(device.write_and_read(&longest).unwrap(), longest);
    // The request alone would have needed such a block.
    let echoed = client.echoed(&longest).map(|payload| payload == longest);
    let refused = no_large_blocks.refused();
    drop(no_large_blocks);
    assert!(refused > 0, "nothing asked for a large block");
    assert!(echoed.unwrap());
}

#[test]
fn a_reply_that_finds_no_room_is_freed() {
    let longest = vec![7; uapi::PAYLOAD_MAX];
    let no_large_blocks = NoLargeBlocks::new();
    let mut raw = Raw::new();
    raw.socket.set_receive_buffer(1).unwrap();
    // The first reply is taken, because the queue is empty; there is no room for the others.
    for _ in 0..4 {
        raw.send(cmd::ECHO, 0, |writer| writer.bytes(echo::PAYLOAD, &longest));
    }
    let refused = no_large_blocks.refused();
    drop(no_large_blocks);
    assert!(refused >= 4, "{refused} large blocks were refused");
    assert_eq!(raw.next().1, Kind::Data);
    let lost = raw.socket.next_message(|_| true);
    assert!(matches!(lost, Err(Error::Overrun)), "{lost:?}");
    assert_eq!(client().echoed(&longest).unwrap(), longest);
}
