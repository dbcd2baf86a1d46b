// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;
use crate::output::family::context;
use parley_netlink::explain::{capture, Context, Datagram, Direction};
use parley_netlink::genl::message;
use proptest::prelude::*;

const GENERIC: u16 = 16;
const UEVENT: u16 = 15;

const SEEDS: [&str; 9] = [
    "addresses",
    "ask",
    "dump",
    "echo",
    "links",
    "policy",
    "refusal",
    "routes",
    "rules",
];

fn seed(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/");
    std::fs::read(format!("{folder}{name}.pcap")).unwrap()
}

/// The picture of one datagram, with all its bytes.
fn drawn(context: &mut Context, datagram: Datagram<'_>) -> (String, Explained) {
    let explained = context.explain(datagram);
    let mut picture = Picture::new(true);
    picture.datagram("a datagram", &explained, datagram.bytes);
    (picture.finish(), explained)
}

/// The values of an attribute of all elements that begin like this.
fn values<'a>(svg: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let start = format!("{attribute}=\"");
    svg.lines()
        .filter(|line| line.starts_with(element))
        .map(|line| {
            let value = line.split_once(&start).unwrap().1;
            value.split_once('"').unwrap().0
        })
        .collect()
}

/// The corners of a box, whose lines go right, left, up and down.
fn corners(path: &str) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (0, 0);
    let mut corners = Vec::new();
    let mut rest = path.strip_suffix('Z').unwrap();
    while let Some(kind) = rest.chars().next() {
        let end = rest[1..].find(['H', 'V']).map_or(rest.len(), |at| at + 1);
        let numbers = &rest[1..end];
        match kind {
            'M' => {
                let (left, top) = numbers.split_once(' ').unwrap();
                (x, y) = (left.parse().unwrap(), top.parse().unwrap());
            }
            'H' => x = numbers.parse().unwrap(),
            'V' => y = numbers.parse().unwrap(),
            other => panic!("{other} in {path}"),
        }
        corners.push((x, y));
        rest = &rest[end..];
    }
    corners
}

/// Returns whether a point is inside: a line from it to the left crosses the sides an odd
/// number of times.
fn is_inside(corners: &[(usize, usize)], (x, y): (usize, usize)) -> bool {
    let next = corners.iter().skip(1).chain(corners.first());
    let crossed = corners.iter().zip(next).filter(|(from, to)| {
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        from.0 == to.0 && from.0 < x && top <= y && y < bottom
    });
    crossed.count() % 2 == 1
}

/// Checks that each byte is in exactly one box.
fn check_boxes(svg: &str, explained: &Explained, bytes: &[u8]) {
    let boxes = values(svg, "<path class=\"box", " d");
    let fields = explained.fields.iter().filter(|field| field.len > 0);
    assert_eq!(boxes.len(), fields.count());
    let boxes: Vec<_> = boxes.into_iter().map(corners).collect();
    for (x, y) in boxes.iter().flatten() {
        assert!(*x < MEANINGS && *x >= LEFT && *y > 0, "{x} {y}");
    }
    let of_byte = |line: &&str| line.contains(" class=\"mid\">");
    let mut shown = Vec::new();
    for line in svg.lines().filter(of_byte) {
        let text = line.split_once('>').unwrap().1;
        let text = text.strip_suffix("</text>").unwrap();
        shown.push(u8::from_str_radix(text, 16).unwrap());
        let at = |name| values(line, "<text", name)[0].parse::<usize>().unwrap();
        let point = (at(" x"), at(" y") - 4);
        let around = boxes.iter().filter(|corners| is_inside(corners, point));
        assert_eq!(around.count(), 1, "{line}");
    }
    assert_eq!(shown, bytes);
}

/// Checks that a document is XML: its elements are closed in order, its attributes are
/// quoted, and its text contains only characters that XML allows.
fn check_xml(svg: &str) {
    let allowed = |c: char| c == '\n' || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    assert!(svg.chars().all(allowed));
    let mut open = Vec::new();
    let (mut rest, mut roots) = (svg, 0);
    while let Some((text, tag)) = rest.split_once('<') {
        check_text(text);
        assert!(!open.is_empty() || text.trim().is_empty());
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let inside = tag.strip_suffix('/').unwrap_or(tag);
        let (name, mut attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("a quoted value");
            let attribute = attribute.trim_start().bytes();
            assert!(attribute
                .into_iter()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-'));
            let (value, after) = value.split_once('"').expect("the value ends");
            check_text(value);
            attributes = after;
        }
        roots += usize::from(open.is_empty());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!((rest, roots), ("\n", 1));
    assert!(open.is_empty());
}

fn check_text(text: &str) {
    assert!(!text.contains('>'), "{text}");
    for entity in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;"];
        assert!(
            known.iter().any(|name| entity.starts_with(name)),
            "{entity}"
        );
    }
}

#[test]
fn each_byte_of_a_captured_message_is_in_one_box() {
    let mut datagrams = 0;
    for name in SEEDS {
        let mut context = context();
        for packet in capture::read(&seed(name), 0).unwrap().packets {
            let (svg, explained) = drawn(&mut context, packet.datagram());
            check_xml(&svg);
            check_boxes(&svg, &explained, &packet.bytes);
            datagrams += 1;
        }
    }
    assert!(datagrams > 30, "{datagrams}");
}

#[test]
fn the_attributes_of_a_nest_are_drawn_inside_it() {
    let mut context = context();
    let seed = seed("echo");
    let read = capture::read(&seed, 0).unwrap();
    let mut svgs = read.packets.iter().map(|packet| {
        let (svg, _) = drawn(&mut context, packet.datagram());
        svg
    });
    let svg = svgs.nth(3).unwrap();
    let frames: Vec<(usize, usize, String)> = svg
        .lines()
        .zip(svg.lines().skip(1))
        .filter(|(line, _)| line.starts_with("<rect class=\"frame\""))
        .map(|(rect, text)| {
            let number = |name| values(rect, "<rect", name)[0].parse::<usize>().unwrap();
            let title = text.split_once('>').unwrap().1;
            let title = title.split_once('<').unwrap().0.to_owned();
            (number(" y"), number(" y") + number(" height"), title)
        })
        .collect();
    let titles: Vec<_> = frames.iter().map(|frame| frame.2.as_str()).collect();
    let expected = [
        "message: parley echo, a reply",
        "nlmsghdr",
        "genlmsghdr",
        "attribute 1: payload",
        "nest 2: stamp",
        "attribute 1: time-ns",
        "attribute 2: cpu",
        "attribute 3: portid",
    ];
    assert_eq!(titles, expected);
    let nest = &frames[4];
    for (place, frame) in frames.iter().enumerate() {
        let inside = nest.0 < frame.0 && frame.1 < nest.1;
        assert_eq!(inside, place > 4, "{frame:?} {nest:?}");
        assert!(frames[0].0 <= frame.0 && frame.1 <= frames[0].1);
    }
}

#[test]
fn what_is_wrong_is_red_and_said() {
    let bytes = [255, 255, 0, 0, 24, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    let datagram = Datagram::new(&bytes, GENERIC, Direction::ToKernel);
    let (svg, explained) = drawn(&mut context(), datagram);
    check_xml(&svg);
    check_boxes(&svg, &explained, &bytes);
    assert_eq!(values(&svg, "<path class=\"box red\"", " d").len(), 1);
    assert!(svg.contains(" class=\"wrong\">bad: length"), "{svg}");
}

#[test]
fn text_of_others_cannot_end_its_element() {
    let name = "<a&b>\"'\u{1}\u{202e}\u{ffff}";
    let mut context = context();
    context.name_family(24, name);
    let mut bytes = [16, 0, 0, 0, 24, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    bytes[..4].copy_from_slice(&16u32.to_ne_bytes());
    bytes[4..6].copy_from_slice(&24u16.to_ne_bytes());
    let datagram = Datagram::new(&bytes, GENERIC, Direction::ToKernel);
    let (svg, _) = drawn(&mut context, datagram);
    check_xml(&svg);
    // The decoder drops the characters that a terminal obeys. XML does not allow the last one.
    assert!(svg.contains("&lt;a&amp;b&gt;&quot;'\u{fffd}"), "{svg}");
    assert!(!svg.contains(['\u{1}', '\u{202e}', '\u{ffff}']), "{svg}");

    let event = b"add@/<x>&\0ACTION=<b>\0";
    let datagram = Datagram::new(event, UEVENT, Direction::FromKernel);
    let (svg, explained) = drawn(&mut context, datagram);
    check_xml(&svg);
    check_boxes(&svg, &explained, event);
}

#[test]
fn a_long_value_is_shortened_and_its_other_bytes_are_counted() {
    let mut bytes = Vec::new();
    message::write(&mut bytes, 24, (1, 1), 0, 7, |w| w.bytes(1, &[7; 61_440])).unwrap();
    let datagram = Datagram::new(&bytes, GENERIC, Direction::ToKernel);
    let explained = context().explain(datagram);
    let mut picture = Picture::new(false);
    picture.datagram("long", &explained, &bytes);
    let svg = picture.finish();
    check_xml(&svg);
    assert!(svg.contains("… 61408 more bytes"), "{svg}");
    assert!(svg.len() < 10_000, "{}", svg.len());
}

#[test]
fn the_size_of_a_picture_is_bounded_and_what_is_not_drawn_is_counted() {
    let mut bytes = Vec::new();
    message::write(&mut bytes, 24, (1, 1), 0, 7, |w| {
        (0..10_000).try_for_each(|_| w.u32(1, 5))
    })
    .unwrap();
    let datagram = Datagram::new(&bytes, GENERIC, Direction::ToKernel);
    let explained = context().explain(datagram);
    let mut picture = Picture::new(true);
    for _ in 0..1000 {
        picture.datagram("many", &explained, &bytes);
    }
    let svg = picture.finish();
    check_xml(&svg);
    assert!(svg.len() < 2 << 20, "{}", svg.len());
    let shown = svg.matches(" class=\"mid\">").count();
    let left = bytes.len() * 1000 - shown;
    let words = format!("not drawn: {left} more bytes, with 999 whole datagrams");
    assert_eq!(svg.matches(&words).count(), 2, "{words}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_become_xml_with_each_byte_in_one_box(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        protocol in prop_oneof![Just(0u16), Just(12), Just(UEVENT), Just(GENERIC), Just(4)],
        from_kernel: bool,
    ) {
        let direction = if from_kernel { Direction::FromKernel } else { Direction::ToKernel };
        let datagram = Datagram::new(&bytes, protocol, direction);
        let (svg, explained) = drawn(&mut context(), datagram);
        check_xml(&svg);
        check_boxes(&svg, &explained, &bytes);
    }

    #[test]
    fn so_does_a_captured_message_with_changed_bytes(
        name in proptest::sample::select(&SEEDS[..]),
        which in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut context = context();
        let seed = seed(name);
        let mut packets = capture::read(&seed, 0).unwrap().packets;
        let changed = packets.swap_remove(which.index(packets.len()));
        for packet in &packets {
            context.explain(packet.datagram());
        }
        let mut bytes = changed.bytes.to_vec();
        for (place, byte) in &changes {
            *place.get_mut(&mut bytes) = *byte;
        }
        bytes.truncate(bytes.len() - cut.index(bytes.len()) / 4);
        let mut datagram = changed.datagram();
        datagram.bytes = &bytes;
        let (svg, explained) = drawn(&mut context, datagram);
        check_xml(&svg);
        check_boxes(&svg, &explained, &bytes);
    }
}
