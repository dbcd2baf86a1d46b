// SPDX-License-Identifier: MIT OR Apache-2.0

//! Measures the time of a round trip.

use crate::channel::Channel;
use std::io;
use std::time::Instant;

/// The number of round trips, and how they are timed. It is the same for each run, so
/// that two runs execute the same number of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The number of round trips that are timed.
    pub times: u32,
    /// The number of parts into which they are divided, each timed separately.
    pub parts: u32,
}

/// The maximum number of parts in a [`Plan`].
pub const PARTS_MAX: u32 = 10;

/// The number of round trips before those that are timed.
const WARM_UP: u32 = 16;

impl Plan {
    /// Plans `times` round trips for a short message, and fewer for a long one: half as
    /// many for 4096 bytes. They are divided into [`PARTS_MAX`] parts, or one for each if
    /// there are fewer.
    pub fn new(times: u32, size: usize) -> Self {
        let share = u32::try_from(1 + size / 4096).unwrap_or(u32::MAX);
        let times = (times / share).max(1);
        Self {
            times,
            parts: times.min(PARTS_MAX),
        }
    }

    /// Returns the number of round trips in each part; these differ by at most one.
    fn parts(self) -> impl Iterator<Item = u32> {
        let parts = self.parts.max(1);
        let (each, over) = (self.times / parts, self.times % parts);
        (0..parts).map(move |i| each + u32::from(i < over))
    }
}

/// Makes the round trips of `plan`, each with `message`, and returns the nanoseconds that
/// one takes: the median of the parts.
///
/// `message` must have the length for which the channel was opened, and be empty if the
/// channel carries none. Each reply's length is compared with it; its bytes are compared
/// only before and after the timed round trips. Fails with `InvalidData` if they differ,
/// and if the channel fails.
pub fn measure(channel: &mut dyn Channel, message: &[u8], plan: Plan) -> io::Result<f64> {
    for _ in 0..WARM_UP {
        channel.round_trip(message)?;
    }
    check(channel, message)?;
    let len = channel.reply_len(message.len());
    let mut right = true;
    let mut each = Vec::with_capacity(plan.parts as usize);
    for times in plan.parts() {
        let begun = Instant::now();
        for _ in 0..times {
            let got = channel.round_trip(message)?.len();
            right &= len.is_none_or(|len| len == got);
        }
        each.push(begun.elapsed().as_nanos() as f64 / f64::from(times));
    }
    check(channel, message)?;
    // Other bytes, so that a stale reply would be noticed.
    let other: Vec<u8> = message.iter().map(|byte| !byte).collect();
    check(channel, &other)?;
    if !right {
        return Err(changed());
    }
    Ok(median(each))
}

fn check(channel: &mut dyn Channel, message: &[u8]) -> io::Result<()> {
    let got = channel.round_trip(message)?.to_vec();
    if channel.is_right(message, &got) {
        Ok(())
    } else {
        Err(changed())
    }
}

fn changed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "what came back is not what was sent",
    )
}

/// Returns the median: the middle value, or the mean of the two middle values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |i: usize| values.get(i).copied().unwrap_or_default();
    match values.len() {
        0 => 0.0,
        len if len % 2 == 1 => at(len / 2),
        len => (at(len / 2 - 1) + at(len / 2)) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the round trips, and from a given one on sends back shorter replies, or
    /// zeros.
    struct Liar {
        trips: u32,
        short_at: u32,
        zeros_at: u32,
        reply: Vec<u8>,
    }

    impl Liar {
        fn new() -> Self {
            Self {
                trips: 0,
                short_at: u32::MAX,
                zeros_at: u32::MAX,
                reply: Vec::new(),
            }
        }
    }

    impl Channel for Liar {
        fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
            self.trips += 1;
            self.reply = message.to_vec();
            if self.trips == self.short_at {
                self.reply.pop();
            }
            if self.trips >= self.zeros_at {
                self.reply.fill(0);
            }
            Ok(&self.reply)
        }
    }

    #[test]
    fn so_many_round_trips_are_made_and_no_other_number() {
        for (times, size, timed) in [
            (1, 16, 1),
            (7, 16, 7),
            (2000, 1024, 2000),
            (2003, 0, 2003),
            (2000, 16_384, 400),
            (2000, 61_440, 125),
            (1, 61_440, 1),
        ] {
            let plan = Plan::new(times, size);
            assert_eq!(plan.times, timed);
            assert_eq!(plan.parts().sum::<u32>(), timed);
            assert!(plan.parts().all(|part| part > 0));
            let mut channel = Liar::new();
            measure(&mut channel, b"message", plan).unwrap();
            assert_eq!(channel.trips, WARM_UP + timed + 3);
        }
    }

    #[test]
    fn one_reply_that_is_short_and_all_that_are_not_the_message_are_found() {
        let plan = Plan::new(50, 16);
        let (mut short, mut zeros, mut late) = (Liar::new(), Liar::new(), Liar::new());
        short.short_at = WARM_UP + 20;
        zeros.zeros_at = 1;
        late.zeros_at = WARM_UP + 20;
        for channel in [&mut short, &mut zeros, &mut late] {
            let kind = measure(channel, b"message", plan).unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn a_reply_that_is_the_one_before_is_found() {
        struct Late(Vec<u8>);
        impl Channel for Late {
            fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
                if self.0.is_empty() {
                    self.0 = message.to_vec();
                }
                Ok(&self.0)
            }
        }
        assert!(measure(&mut Late(Vec::new()), b"message", Plan::new(5, 7)).is_err());
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), 0.0);
        assert_eq!(median(vec![3.0]), 3.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), 3.0);
    }
}
