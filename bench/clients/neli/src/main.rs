// SPDX-License-Identifier: MIT OR Apache-2.0

//! The echo through neli with its default settings. Prints rows as raw.c does.
//!
//! ```text
//! neli router    with NlRouter, as in neli's documentation
//! neli socket    with NlSocketHandle, the layer below, without the router's thread
//! neli vec       the same, with payloads of Vec<u8> instead of neli's Buffer
//! ```

#![forbid(unsafe_code)]

use neli::attr::Attribute;
use neli::consts::genl::{Cmd, NlAttrType};
use neli::consts::nl::NlmF;
use neli::consts::socket::NlFamily;
use neli::genl::{AttrTypeBuilder, Genlmsghdr, GenlmsghdrBuilder, NlattrBuilder};
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::router::synchronous::NlRouter;
use neli::socket::synchronous::NlSocketHandle;
use neli::types::{Buffer, GenlBuffer};
use neli::utils::Groups;
use neli::{Size, ToBytes};
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

type Fallible<T> = Result<T, Box<dyn Error>>;

#[neli::neli_enum(serialized_type = "u8")]
pub enum Command {
    Unspec = 0,
    Echo = 1,
}

impl Cmd for Command {}

#[neli::neli_enum(serialized_type = "u16")]
pub enum Echo {
    Unspec = 0,
    Payload = 1,
    Stamp = 2,
}

impl NlAttrType for Echo {}

#[neli::neli_enum(serialized_type = "u16")]
pub enum Stamp {
    Unspec = 0,
    TimeNs = 1,
    Cpu = 2,
    PortId = 3,
}

impl NlAttrType for Stamp {}

type Message = Genlmsghdr<Command, Echo>;

fn request(payload: impl Size + ToBytes) -> Fallible<Message> {
    let mut attributes = GenlBuffer::new();
    attributes.push(
        NlattrBuilder::default()
            .nla_type(AttrTypeBuilder::default().nla_type(Echo::Payload).build()?)
            .nla_payload(payload)
            .build()?,
    );
    Ok(GenlmsghdrBuilder::default()
        .cmd(Command::Echo)
        .version(1)
        .attrs(attributes)
        .build()?)
}

/// Fails if this is not the reply to `payload`. Checks what the other clients check, too.
fn check(reply: &Nlmsghdr<u16, Message>, payload: &[u8], vec: bool) -> Fallible<()> {
    let reply = reply.get_payload().ok_or("the reply is no message")?;
    let attributes = reply.attrs().get_attr_handle();
    let len = if vec {
        attributes
            .get_attr_payload_as_with_len::<Vec<u8>>(Echo::Payload)?
            .len()
    } else {
        let echoed = attributes
            .get_attribute(Echo::Payload)
            .ok_or("the reply has no payload")?;
        echoed.payload().as_ref().len()
    };
    let stamp = attributes.get_nested_attributes::<Stamp>(Echo::Stamp)?;
    // An integer of the family's type `uint` has 4 or 8 bytes.
    let time = stamp
        .get_attr_payload_as::<u64>(Stamp::TimeNs)
        .or_else(|_| {
            stamp
                .get_attr_payload_as::<u32>(Stamp::TimeNs)
                .map(u64::from)
        })?;
    stamp.get_attr_payload_as::<u32>(Stamp::Cpu)?;
    let port = stamp.get_attr_payload_as::<u32>(Stamp::PortId)?;
    if *reply.cmd() != Command::Echo || len != payload.len() || time == 0 || port == 0 {
        return Err("the reply is another".into());
    }
    Ok(())
}

fn rows(mut echo: impl FnMut(&[u8]) -> Fallible<()>) -> Fallible<()> {
    for (len, times) in [(16, 2000), (1024, 2000), (16384, 500)] {
        let payload = vec![b'x'; len];
        for _ in 0..times / 10 + 1 {
            echo(&payload)?;
        }
        // Measures as raw.c does.
        let mut least = f64::MAX;
        for _ in 0..4 {
            let begun = Instant::now();
            for _ in 0..times / 4 {
                echo(&payload)?;
            }
            least = least.min(begun.elapsed().as_nanos() as f64 / f64::from(times / 4));
        }
        println!("echo-{len} {least:.1}");
    }
    Ok(())
}

fn router() -> Fallible<()> {
    let (router, _events) = NlRouter::connect(NlFamily::Generic, None, Groups::empty())?;
    let family = router.resolve_genl_family("parley")?;
    rows(|payload| {
        let mut replies = router.send::<_, _, u16, Message>(
            family,
            NlmF::empty(),
            NlPayload::Payload(request(Buffer::from(payload))?),
        )?;
        check(&replies.next().ok_or("there is no reply")??, payload, false)
    })
}

fn socket(vec: bool) -> Fallible<()> {
    let (router, _events) = NlRouter::connect(NlFamily::Generic, None, Groups::empty())?;
    let family = router.resolve_genl_family("parley")?;
    drop(router);
    let socket = NlSocketHandle::connect(NlFamily::Generic, None, Groups::empty())?;
    let mut seq = 0;
    rows(|payload| {
        seq += 1;
        let request = if vec {
            request(payload.to_vec())?
        } else {
            request(Buffer::from(payload))?
        };
        let message = NlmsghdrBuilder::default()
            .nl_type(family)
            .nl_flags(NlmF::REQUEST)
            .nl_seq(seq)
            .nl_payload(NlPayload::Payload(request))
            .build()?;
        socket.send(&message)?;
        let (mut replies, _) = socket.recv::<u16, Message>()?;
        let reply = replies.next().ok_or("there is no reply")??;
        if *reply.nl_seq() != seq || *reply.nl_pid() != socket.pid() {
            return Err("the reply is to somebody else".into());
        }
        check(&reply, payload, vec)
    })
}

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some("router") => router(),
        Some("socket") => socket(false),
        Some("vec") => socket(true),
        _ => Err("usage: neli router | socket | vec".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("neli: {error}");
            ExitCode::FAILURE
        }
    }
}
