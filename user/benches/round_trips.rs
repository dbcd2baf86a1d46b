// SPDX-License-Identifier: MIT OR Apache-2.0

//! The library's side of `make bench`; the C side is `bench/clients/raw.c`.
//!
//! Rows on standard output: name, and nanoseconds of the monotonic clock a call,
//! which are instructions where QEMU counts them.
//!
//! ```text
//! round_trips echo | round_trips fill N | round_trips counters N | round_trips dump N
//! round_trips times CASE N
//! ```

#![forbid(unsafe_code)]

use parley::netlink::message::flags;
use parley::netlink::socket::Expect;
use parley::netlink::Socket;
use parley::uapi::{self, cmd, counter};
use parley::{client::SetMode, genl, Client, Result};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

/// One row: `call` is made `times` times, after a tenth of that to warm up, and
/// does `per` things at once.
fn row(
    name: &str,
    times: usize,
    per: usize,
    mut call: impl FnMut(usize) -> Result<()>,
) -> Result<()> {
    for i in 0..times / 10 + 1 {
        call(i)?;
    }
    let begun = Instant::now();
    for i in 0..times {
        call(i)?;
    }
    let took = begun.elapsed().as_nanos() as f64 / times as f64 / per as f64;
    println!("{name} {took:.1}");
    Ok(())
}

fn echo() -> Result<()> {
    let mut client = Client::open()?;
    let bytes = vec![0; uapi::PAYLOAD_MAX];
    for (len, times) in [
        (0, 2000),
        (16, 2000),
        (1024, 2000),
        (16384, 500),
        (61440, 200),
    ] {
        let payload = bytes.get(..len).unwrap_or_default();
        row(&format!("echo-{len}"), times, 1, |_| {
            black_box(client.echo(payload)?);
            Ok(())
        })?;
    }
    for count in [1, 8, 32, 128] {
        let payloads = vec![[0; 16]; count];
        row(&format!("batch-{count}"), 2048 / count, count, |_| {
            client.echo_batch(&payloads, |_, echo| {
                black_box(echo?);
                Ok(())
            })
        })?;
    }
    let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
    row("resolve", 1000, 1, |_| {
        black_box(genl::resolve(&mut socket, uapi::FAMILY_NAME)?);
        Ok(())
    })
}

fn name(i: usize) -> String {
    format!("counter-{i:08}")
}

/// Makes `count` counters; those that are there stay.
fn fill(count: usize) -> Result<()> {
    let names: Vec<_> = (0..count).map(name).collect();
    Client::open()?.call_batch(
        (cmd::COUNTER_SET, flags::CREATE),
        Expect::Ack,
        &names,
        |name, attributes| {
            attributes.string(counter::NAME, name)?;
            attributes.uint(counter::VALUE, 1)
        },
        |_, end| end.map(drop),
    )
}

fn counters(count: usize) -> Result<()> {
    let names: [_; 64] = std::array::from_fn(|i| name(i * 7919 % count));
    let name = |i: usize| names.get(i % 64).map_or("", String::as_str);
    let mut client = Client::open()?;
    row(&format!("get-{count}"), 2000, 1, |i| {
        black_box(client.counter_get(name(i))?);
        Ok(())
    })?;
    row(&format!("add-{count}"), 2000, 1, |i| {
        black_box(client.counter_add(name(i), 1, false)?);
        Ok(())
    })?;
    row(&format!("set-{count}"), 2000, 1, |i| {
        client.counter_set(name(i), 1, SetMode::default())
    })
}

fn dump(count: usize) -> Result<()> {
    let mut client = Client::open()?;
    let times = if count < 1000 { 50 } else { 3 };
    row(&format!("dump-entry-{count}"), times, count, |_| {
        let mut seen = 0;
        client.counter_list(None, |counter| {
            black_box(counter);
            seen += 1;
            Ok(())
        })?;
        assert_eq!(seen, count);
        Ok(())
    })
}

/// Makes the call of one row `times` times and prints nothing: for `bench/profile`,
/// which looks at what two runs differ by.
fn repeat(case: &str, times: usize) -> Result<()> {
    fn each(times: usize, mut call: impl FnMut() -> Result<()>) -> Result<()> {
        (0..times).try_for_each(|_| call())
    }
    let mut client = Client::open()?;
    let name = name(0);
    match case {
        "echo-16" => each(times, || {
            black_box(client.echo(&[0; 16])?);
            Ok(())
        }),
        "get-1" => each(times, || {
            black_box(client.counter_get(&name)?);
            Ok(())
        }),
        "batch-32" => each(times, || {
            client.echo_batch(&[[0; 16]; 32], |_, echo| {
                black_box(echo?);
                Ok(())
            })
        }),
        "dump" => each(times, || {
            let listed = client.counter_list(None, |counter| {
                black_box(counter);
                Ok(())
            });
            listed.map(drop)
        }),
        _ => Err(parley::Error::Absent("the case")),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments.as_slice() {
        ["echo"] => echo(),
        ["times", case, times] => match times.parse() {
            Ok(times) => repeat(case, times),
            Err(_) => return ExitCode::from(2),
        },
        [what, count] => match (what, count.parse()) {
            ("fill", Ok(count)) => fill(count),
            ("counters", Ok(count)) => counters(count),
            ("dump", Ok(count)) => dump(count),
            _ => return ExitCode::from(2),
        },
        // `cargo bench` comes here: the numbers make sense in `make bench` alone.
        _ => {
            eprintln!("round_trips: run by `make bench`");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("round_trips: {error}");
            ExitCode::FAILURE
        }
    }
}
