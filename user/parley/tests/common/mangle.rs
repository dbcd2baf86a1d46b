// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages that are mangled by their structure.

use parley_netlink::netlink::message::HEADER;

/// SplitMix64: small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// Mangles a message to `family`, whose attributes begin at `attributes` and have numbers up to
/// `most`.
pub fn mangle(
    random: &mut Random,
    message: &mut Vec<u8>,
    family: u16,
    attributes: usize,
    most: u16,
) {
    let len = message.len();
    // The offsets of the attributes, one of which is picked.
    let mut starts = Vec::new();
    let mut at = attributes;
    while at + 4 <= len {
        starts.push(at);
        let step = u16::from_ne_bytes([message[at], message[at + 1]]) as usize;
        at += step.max(4).next_multiple_of(4);
    }
    let attribute = random.of(&[&starts[..], &[HEADER]].concat());
    let put = |message: &mut Vec<u8>, at: usize, bytes: &[u8]| {
        for (byte, new) in message.iter_mut().skip(at).zip(bytes) {
            *byte = *new;
        }
    };
    let word = random.next();
    let near = |value: usize, random: &mut Random| {
        let far = random.next() as usize;
        let (less, more) = (value.wrapping_sub(1), value + 1);
        random.of(&[0, 1, 3, 4, 15, less, more, value + 4, far])
    };
    match random.below(15) {
        0 => put(message, 0, &(near(len, random) as u32).to_ne_bytes()),
        1 => {
            let kind = random.of(&[0, 1, 2, 3, 4, 15, 16, family + 1, word as u16]);
            put(message, 4, &kind.to_ne_bytes());
        }
        2 => put(message, 6, &(word as u16).to_ne_bytes()),
        3 => message[6 + random.below(2)] ^= 1 << random.below(8),
        4 => put(message, 8, &(word as u32 | 1 << 31).to_ne_bytes()),
        5 => put(message, 12, &(word as u32).to_ne_bytes()),
        6 => message[HEADER] = word as u8,
        7 => put(message, HEADER + 2, &(word as u16).to_ne_bytes()),
        8 => {
            let old = u16::from_ne_bytes([message[attribute], message[attribute + 1]]);
            let new = near(old.into(), random) as u16;
            put(message, attribute, &new.to_ne_bytes());
        }
        9 => {
            let known = 1 + random.below(most.into()) as u16;
            let number = random.of(&[0, known, known, known | 0x8000, 0x4001, word as u16]);
            put(message, attribute + 2, &number.to_ne_bytes());
        }
        10 => message.truncate(random.below(len + 1)),
        11 => {
            let at = HEADER + 4 + random.below(len - HEADER - 3);
            let bytes = word.to_ne_bytes();
            let count = 1 + random.below(8);
            message.splice(at..at, bytes[..count].iter().copied());
        }
        12 => {
            // Repeat the message from an attribute on, and adjust its length.
            let copy = message[attribute..].to_vec();
            message.extend_from_slice(&copy);
            let len = message.len() as u32;
            put(message, 0, &len.to_ne_bytes());
        }
        13 => {
            // Put all attributes into a nest.
            let inside = (len - attributes + 4) as u16;
            let number = 0x8000 | (1 + word as u16 % most);
            let header = [inside.to_ne_bytes(), number.to_ne_bytes()].concat();
            message.splice(attributes..attributes, header);
            let len = message.len() as u32;
            put(message, 0, &len.to_ne_bytes());
        }
        _ => {
            // Flip a bit anywhere but in the sequence number, which identifies the answers.
            let at = random.of(&[random.0 as usize % 8, 12 + random.0 as usize % (len - 12)]);
            message[at] ^= 1 << random.below(8);
        }
    }
    if message.len() % 4 != 0 && random.chance(80) {
        message.resize(message.len().next_multiple_of(4), 0);
    }
}

/// The number in an environment variable.
pub fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?.parse().unwrap();
    assert!(value > 0, "{name} must be greater than 0");
    Some(value)
}

/// `PARLEY_SEED`, or a seed that differs from run to run.
pub fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    from_environment("PARLEY_SEED").unwrap_or_else(|| now.unwrap().as_nanos() as u64)
}
