// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;
use proptest::prelude::*;

fn written(fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Vec<u8> {
    let mut buffer = Vec::new();
    fill(&mut Writer::new(&mut buffer)).unwrap();
    buffer
}

#[test]
fn integers_take_four_bytes_where_they_fit_and_eight_where_not() {
    let bytes = written(|w| {
        w.uint(1, u32::MAX.into())?;
        w.uint(2, u64::from(u32::MAX) + 1)?;
        w.sint(3, i32::MIN.into())?;
        w.sint(4, i64::from(i32::MIN) - 1)
    });
    let lens: Vec<_> = Attributes::new(&bytes)
        .map(|a| a.unwrap().payload.len())
        .collect();
    assert_eq!(lens, [4, 8, 4, 8]);
}

#[test]
fn a_payload_of_65531_bytes_fits_and_one_more_does_not() {
    let mut buffer = Vec::new();
    let payload = vec![7; PAYLOAD_MAX + 1];
    let mut writer = Writer::new(&mut buffer);
    writer.bytes(1, &payload[1..]).unwrap();
    assert!(matches!(
        writer.bytes(1, &payload),
        Err(Error::TooLong {
            len: 65_532,
            max: 65_531
        })
    ));
}

#[test]
fn a_nest_holds_what_was_put_into_it() {
    let bytes = written(|w| w.nest(2, |w| w.u32(1, 7)));
    let nest = Attributes::new(&bytes).next().unwrap().unwrap();
    assert!(nest.nested);
    assert_eq!(nest.number, 2);
    let inner = nest.attributes().next().unwrap().unwrap();
    assert_eq!((inner.number, inner.u32().unwrap()), (1, 7));
}

#[test]
fn a_length_below_the_header_ends_the_reading_with_an_error() {
    let mut attributes = Attributes::new(&[3, 0, 1, 0, 0, 0, 0, 0]);
    assert!(attributes.next().unwrap().is_err());
    assert!(attributes.next().is_none());
}

proptest! {
    #[test]
    fn the_first_nul_is_found_wherever_it_is(bytes in proptest::collection::vec(0u8..3, 0..40),
                                             high in proptest::collection::vec(0x7fu8..0x82, 0..20)) {
        for bytes in [bytes.clone(), [high.clone(), bytes].concat(), high] {
            let end = bytes.iter().position(|byte| *byte == 0);
            prop_assert_eq!(nul(&bytes), end);
            let buffer = written(|w| w.bytes(1, &bytes));
            let read = Attributes::new(&buffer).next().unwrap().unwrap();
            prop_assert_eq!(read.string_bytes().ok(), end.map(|end| &bytes[..end]));
        }
    }

    #[test]
    fn what_is_written_is_read_again(number in 1u16..0x3fff, uint: u64, sint: i64,
                                     text in "[^\0]{0,40}", bytes: Vec<u8>) {
        let buffer = written(|w| {
            w.uint(number, uint)?;
            w.sint(number, sint)?;
            w.string(number, &text)?;
            w.bytes(number, &bytes)
        });
        prop_assert_eq!(buffer.len() % ALIGN, 0);
        let read: Vec<_> = Attributes::new(&buffer).collect::<Result<_>>().unwrap();
        prop_assert_eq!(read.len(), 4);
        prop_assert!(read.iter().all(|a| a.number == number && !a.nested));
        prop_assert_eq!(read[0].uint().unwrap(), uint);
        prop_assert_eq!(read[1].sint().unwrap(), sint);
        prop_assert_eq!(read[2].string().unwrap(), &text);
        prop_assert_eq!(read[3].payload, &bytes[..]);
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_run_for_ever(bytes: Vec<u8>) {
        let mut count = 0;
        for attribute in Attributes::new(&bytes) {
            count += 1;
            if let Ok(attribute) = attribute {
                let _ = (attribute.u8(), attribute.u16(), attribute.u32(), attribute.uint(),
                         attribute.be32(), attribute.be64(), attribute.text(), attribute.sint(), attribute.string(), attribute.attributes().count());
            }
        }
        prop_assert!(count <= bytes.len());
    }
}
