// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;
use crate::netlink::fake::{Answers, Fake};

use crate::uapi::{cmd, counter, FAMILY};

const ID: u16 = 0x24;

/// A client of a kernel that answers requests to the family with `script`.
fn client(mut script: impl FnMut(&Message<'_>, &mut Answers) + Send + 'static) -> Client<Fake> {
    let socket = Fake::socket(move |request, answers| match request.header.kind {
        ID => script(request, answers),
        _ => answers.family(ID, "parley"),
    });
    Client::over(socket, &FAMILY).unwrap()
}

#[test]
fn a_call_asks_for_what_it_expects_and_takes_no_other_answer() {
    let mut client = client(|request, answers| {
        assert_eq!(request.payload.get(..2), Some(&[cmd::ECHO, 1][..]));
        if request.header.flags & flags::ACK != 0 {
            return answers.ack();
        }
        for cmd in [9, 2] {
            let mut payload = vec![cmd, 1, 0, 0];
            Writer::new(&mut payload).flag(cmd.into()).unwrap();
            answers.message(ID, 0, &payload);
        }
    });
    let call = |client: &mut Client<Fake>, expect| {
        let reply = client.call(cmd::ECHO, 0, expect, |_| Ok(()))?;
        reply.map(|attribute| Ok(attribute?.number)).collect()
    };
    let numbers: Result<Vec<u16>> = call(&mut client, Expect::Command(2));
    assert_eq!(numbers.unwrap(), [2]);
    assert!(call(&mut client, Expect::Ack).unwrap().is_empty());
    let other: Result<Vec<u16>> = call(&mut client, Expect::Reply);
    assert!(matches!(other, Err(Error::Malformed { .. })));
}

#[test]
fn a_refusal_names_the_attribute_also_in_a_batch_and_a_dump() {
    let mut client = client(|request, answers| {
        // NLMSGERR_ATTR_OFFS, which names the second attribute.
        let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
        payload.extend([0; 16]);
        Writer::new(&mut payload).u32(2, 20 + 12).unwrap();
        let said = flags::CAPPED | flags::ACK_TLVS;
        assert!(request.payload.len() > 16);
        answers.message(libc::NLMSG_ERROR as u16, said, &payload);
    });
    fn fill(to: &mut Writer<'_>) -> Result<()> {
        to.string(counter::NAME, "visits")?;
        to.sint(counter::DELTA, 1)
    }
    let blamed = |error: Error| error.refusal().unwrap().attribute.clone();
    let expected = Some("counter.delta".to_owned());
    let error = client
        .call(cmd::COUNTER_ADD, 0, Expect::Reply, fill)
        .unwrap_err();
    assert_eq!(blamed(error), expected);
    let error = client.dump(cmd::COUNTER_GET, fill, |_| Ok(())).unwrap_err();
    assert_eq!(blamed(error), expected);
    let mut count = 0;
    let batch = (cmd::COUNTER_ADD, 0);
    let items = [(), ()];
    let each = |_: usize, reply: Result<Attributes<'_>>| {
        assert_eq!(blamed(reply.unwrap_err()), expected);
        count += 1;
        Ok(())
    };
    let fill_one = |(): &(), to: &mut Writer<'_>| fill(to);
    client
        .call_batch(batch, Expect::Reply, &items, fill_one, each)
        .unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_refusal_without_a_message_is_not_taken_for_the_end_of_the_family() {
    let call = |is_gone: bool| {
        let socket = Fake::socket(move |request, answers| {
            // The second request to the controller asks whether the family still exists.
            let by_id = request.payload.get(6..8) == Some(&1u16.to_ne_bytes()[..]);
            match request.header.kind {
                ID => answers.refuse(libc::ENOENT),
                _ if by_id && is_gone => answers.refuse(libc::ENOENT),
                _ => answers.family(ID, "parley"),
            }
        });
        let mut client = Client::over(socket, &FAMILY).unwrap();
        let refused = client
            .call(cmd::COUNTER_DEL, 0, Expect::Ack, |_| Ok(()))
            .map(drop);
        let dumped = client.dump(cmd::COUNTER_GET, |_| Ok(()), |_| Ok(()));
        [refused.unwrap_err(), dumped.unwrap_err()]
    };
    let gone = |error: &Error| matches!(error, Error::NoFamily(name) if name == "parley");
    assert!(call(true).iter().all(gone));
    assert!(call(false)
        .iter()
        .all(|error| error.errno() == Some(libc::ENOENT)));
}

#[test]
fn all_replies_before_the_ack_are_handed_out_and_nothing_else() {
    let mut client = client(|request, answers| {
        let asks = flags::REQUEST | flags::ACK;
        assert_eq!(request.header.flags & asks, asks);
        // The middle one is an event of the family, with the numbers of the request.
        for cmd in [7, 9, 7] {
            answers.message(ID, 0, &[cmd, 1, 0, 0, 4, 0, cmd, 0]);
        }
        match request.payload.first() {
            Some(&cmd::ECHO) => answers.ack(),
            _ => answers.refuse(libc::EPERM),
        }
        // Messages after the ACK belong to no request.
        answers.message(ID, 0, &[7, 1, 0, 0]);
    });
    let mut lengths = Vec::new();
    let mut call = |cmd, fails: bool| {
        client.call_all(
            cmd,
            0,
            7,
            |_| Ok(()),
            |reply| {
                lengths.push(reply.count());
                if fails {
                    Err(Error::Nul)
                } else {
                    Ok(())
                }
            },
        )
    };
    call(cmd::ECHO, false).unwrap();
    assert!(matches!(call(cmd::ECHO, true), Err(Error::Nul)));
    let refused = call(cmd::COUNTER_ADD, false).unwrap_err();
    assert_eq!(refused.refusal().unwrap().operation, Some("counter-add"));
    assert_eq!(lengths, [1, 1, 1, 1, 1]);
}
