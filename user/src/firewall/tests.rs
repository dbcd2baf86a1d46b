// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the readers make of attributes, well formed and not.

#![forbid(unsafe_code)]

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
    // In the kernel's order, and in the other.
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
    // As kernels before 5.5 have it.
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

fn read_as_each(bytes: &[u8]) {
    for family in [1, 2, 3, 5, 7, 10, 99] {
        if let Ok(table) = Table::read(family, Attributes::new(bytes)) {
            let _ = table.flag_names();
        }
        if let Ok(chain) = Chain::read(family, Attributes::new(bytes)) {
            let _ = chain.hook_name();
        }
        let _ = Rule::read(family, Attributes::new(bytes));
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
