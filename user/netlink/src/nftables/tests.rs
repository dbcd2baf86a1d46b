// SPDX-License-Identifier: MIT OR Apache-2.0

//! The readers, with well-formed and malformed attributes.

use super::*;
use crate::netlink::attr::Writer;
use proptest::prelude::*;

fn written(fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Vec<u8> {
    let mut buffer = Vec::new();
    fill(&mut Writer::new(&mut buffer)).unwrap();
    buffer
}

#[test]
fn a_base_chain_is_read_with_its_hook_and_priorities_below_zero() {
    let bytes = written(|w| {
        w.string(1, "filter")?;
        w.bytes(2, &7u64.to_be_bytes())?;
        w.string(3, "in")?;
        w.nest(4, |w| {
            w.bytes(1, &0u32.to_be_bytes())?;
            w.bytes(2, &(-150i32).to_be_bytes())?;
            w.nest(4, |w| {
                w.string(1, "eth0")?;
                w.string(2, "veth")
            })
        })?;
        w.bytes(5, &0u32.to_be_bytes())?;
        w.string(7, "filter")
    });
    let netdev = Chain::read(5, Attributes::new(&bytes)).unwrap();
    let hook = netdev.hook.as_ref().unwrap();
    assert_eq!((netdev.handle, hook.priority, hook.drops), (7, -150, true));
    assert_eq!(hook.devices, ["eth0", "veth*"]);
    assert_eq!(netdev.hook_name().unwrap(), "ingress");
    for (family, hook) in [(2, "prerouting"), (3, "input"), (7, "prerouting")] {
        let chain = Chain::read(family, Attributes::new(&bytes)).unwrap();
        assert_eq!(chain.hook_name().unwrap(), hook, "{family}");
    }
}

#[test]
fn the_one_link_of_a_chain_is_said_twice_and_listed_once() {
    let devices = |fill: fn(&mut Writer<'_>) -> Result<()>| {
        let bytes = written(|w| {
            w.string(1, "t")?;
            w.bytes(2, &[0; 8])?;
            w.string(3, "c")?;
            w.nest(4, |w| {
                w.bytes(1, &[0; 4])?;
                w.bytes(2, &[0; 4])?;
                fill(w)
            })
        });
        let chain = Chain::read(5, Attributes::new(&bytes)).unwrap();
        chain.hook.unwrap().devices
    };
    // In the kernel's order, and the other way round.
    assert_eq!(
        devices(|w| {
            w.nest(4, |w| w.string(1, "eth0"))?;
            w.string(3, "eth0")
        }),
        ["eth0"]
    );
    assert_eq!(
        devices(|w| {
            w.string(3, "eth0")?;
            w.nest(4, |w| w.string(1, "eth0"))
        }),
        ["eth0"]
    );
    // As kernels before 5.5 send it.
    assert_eq!(devices(|w| w.string(3, "eth0")), ["eth0"]);
    assert_eq!(devices(|_| Ok(())), [""; 0]);
}

#[test]
fn what_lacks_its_name_or_handle_is_an_error_that_says_so() {
    let bytes = written(|w| w.string(1, "filter"));
    let missing = Table::read(2, Attributes::new(&bytes));
    assert!(matches!(missing, Err(Error::Absent("NFTA_TABLE_HANDLE"))));
    let missing = Rule::read(2, Attributes::new(&bytes));
    assert!(matches!(missing, Err(Error::Absent("NFTA_RULE_CHAIN"))));
}

#[test]
fn a_comment_is_found_behind_other_records_and_no_bytes_are_an_error() {
    assert_eq!(comment(b"\x00\x04ssh\x00", 0), Some("ssh".into()));
    assert_eq!(comment(b"\x01\x02xy\x00\x04ssh\x00", 0), Some("ssh".into()));
    assert_eq!(comment(b"\x00\x03ssh", 0), Some("ssh".into()));
    for none in [&b""[..], b"\x00", b"\x00\x05ssh\x00", b"\x01\x01x\x00"] {
        assert_eq!(comment(none, 0), None);
    }
}

#[test]
fn a_map_is_read_with_the_types_of_its_keys_and_values() {
    let bytes = written(|w| {
        w.string(1, "t")?;
        w.string(2, "m")?;
        w.bytes(16, &9u64.to_be_bytes())?;
        w.bytes(3, &(8u32 | 4).to_be_bytes())?;
        // Six bits each: ipv4_addr . inet_service.
        w.bytes(4, &(7u32 << 6 | 13).to_be_bytes())?;
        w.bytes(6, &0xffff_ff00_u32.to_be_bytes())?;
        w.nest(9, |w| w.bytes(1, &100u32.to_be_bytes()))?;
        w.bytes(13, b"\x02\x04\x01\0\0\0\x07\x05note\0")?;
        w.bytes(20, &3u32.to_be_bytes())
    });
    let set = Set::read(2, Attributes::new(&bytes)).unwrap();
    assert!(set.is_map() && !set.is_anonymous() && set.joins_intervals);
    assert_eq!(set.key_types(), ["ipv4_addr", "inet_service"]);
    assert_eq!(set.data_types(), ["verdict"]);
    assert_eq!(set.flag_names(), ["interval"]);
    assert_eq!((set.handle, set.size, set.count), (9, Some(100), Some(3)));
    assert_eq!(set.comment, Some("note".into()));
}

#[test]
fn an_object_is_read_as_what_it_is() {
    let object = |kind: u32, fill: &dyn Fn(&mut Writer<'_>) -> Result<()>| {
        let bytes = written(|w| {
            w.string(1, "t")?;
            w.string(2, "o")?;
            w.bytes(3, &kind.to_be_bytes())?;
            w.nest(4, fill)?;
            w.bytes(6, &9u64.to_be_bytes())
        });
        Object::read(2, Attributes::new(&bytes)).unwrap()
    };
    let counter = object(1, &|w| {
        w.bytes(1, &500u64.to_be_bytes())
            .and(w.bytes(2, &5u64.to_be_bytes()))
    });
    let counted = Data::Counter {
        packets: 5,
        bytes: 500,
    };
    assert_eq!(
        (counter.kind_name().as_ref(), counter.data),
        ("counter", counted)
    );
    let quota = object(2, &|w| {
        w.bytes(1, &7u64.to_be_bytes())
            .and(w.bytes(2, &1u32.to_be_bytes()))
    });
    let left = Data::Quota {
        bytes: 7,
        used: 0,
        is_over: true,
    };
    assert_eq!(quota.data, left);
    // An object that a newer kernel may have.
    let other = object(99, &|_| Ok(()));
    assert_eq!(
        (other.kind_name().as_ref(), other.data),
        ("object 99", Data::Other)
    );
}

fn read_as_each(bytes: &[u8]) {
    for family in [1, 2, 3, 5, 7, 10, 99] {
        if let Ok(table) = Table::read(family, Attributes::new(bytes)) {
            let _ = table.flag_names();
        }
        if let Ok(chain) = Chain::read(family, Attributes::new(bytes)) {
            let _ = chain.hook_name();
        }
        let _ = Rule::read(family, Attributes::new(bytes));
        if let Ok(set) = Set::read(family, Attributes::new(bytes)) {
            let _ = (set.key_types(), set.data_types(), set.flag_names());
        }
        if let Ok(object) = Object::read(family, Attributes::new(bytes)) {
            let _ = object.kind_name();
        }
        let _ = Flowtable::read(family, Attributes::new(bytes));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes: Vec<u8>) {
        read_as_each(&bytes);
    }

    #[test]
    fn no_attributes_make_a_reader_panic(
        attributes in prop::collection::vec((0u16..12, prop::collection::vec(any::<u8>(), 0..20)), 0..12),
        nests in prop::collection::vec((0u16..12, 0u16..5, prop::collection::vec(any::<u8>(), 0..9)), 0..4),
    ) {
        let names = written(|w| {
            w.string(1, "t")?;
            w.string(2, "c")?;
            w.bytes(3, &[0; 8])
        });
        let mut bytes = written(|w| {
            for (number, bytes) in &attributes {
                w.bytes(*number, bytes)?;
            }
            for (outer, inner, bytes) in &nests {
                w.nest(*outer, |w| w.nest(*inner, |w| w.bytes(1, bytes)))?;
            }
            Ok(())
        });
        read_as_each(&bytes);
        bytes.extend(names);
        read_as_each(&bytes);
    }
}
