// SPDX-License-Identifier: MIT OR Apache-2.0

//! The library's side of `make bench`; the C side is `bench/clients/raw.c`.
//!
//! Prints rows to standard output: a name, and the time of a call in nanoseconds of the
//! monotonic clock. If QEMU counts instructions, the nanoseconds are instructions.
//!
//! ```text
//! round_trips echo | events | ask
//! round_trips fill N | counters N | dump N | memory N
//! round_trips parallel CLIENTS TIMES
//! round_trips times CASE N
//! round_trips start PROGRAM [ARGUMENT...]
//! ```
//!
//! `ask` runs `agent` in another process, and `parallel` runs `echoes TIMES`.

use parley::client::{
    Agent, AskRequest, CounterAddRequest, CounterGetDumpRequest, CounterGetReply,
    CounterGetRequest, CounterSetRequest, EchoReply, EchoRequest, Event, Listener,
};
use parley::uapi::{self, cmd, group, stamp};
use parley::{Client, Result};
use parley_netlink::genl::{self, message};
use parley_netlink::netlink::message::{flags, Kind};
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::{Error, Socket};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Measures a call in nanoseconds, after some calls to warm up. Makes `times` calls in
/// four rounds and returns the result of the fastest one, because the kernel sometimes
/// has work of its own.
fn measure(times: usize, mut call: impl FnMut(usize) -> Result<()>) -> Result<f64> {
    for i in 0..times / 10 + 1 {
        call(i)?;
    }
    let calls = (times / 4).max(1);
    let mut least = Duration::MAX;
    for _ in 0..4 {
        let begun = Instant::now();
        for i in 0..calls {
            call(i)?;
        }
        least = least.min(begun.elapsed());
    }
    Ok(least.as_nanos() as f64 / calls as f64)
}

/// Prints a row: `call` is made `times` times, and does `per` operations each time.
fn row(name: &str, times: usize, per: usize, call: impl FnMut(usize) -> Result<()>) -> Result<()> {
    print(name, measure(times, call)? / per as f64);
    Ok(())
}

/// Prints a row.
fn print(name: &str, nanoseconds: f64) {
    println!("{name} {nanoseconds:.1}");
}

/// Reads every field of an echo.
#[inline(always)]
fn look(echo: &EchoReply<'_>) -> Result<()> {
    let stamp = echo.stamp()?;
    let stamp = (stamp.time_ns()?, stamp.cpu()?, stamp.portid()?);
    black_box((echo.payload()?, stamp));
    Ok(())
}

/// Reads every field of a counter.
#[inline(always)]
fn look_at(counter: &CounterGetReply<'_>) -> Result<()> {
    black_box((counter.name()?, counter.value()?, counter.updates()?));
    Ok(())
}

/// Converts an error from other code than netlink's.
fn io(call: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::Io { call, error }
}

fn echo() -> Result<()> {
    let mut client = Client::open()?;
    let bytes = vec![0; uapi::PAYLOAD_MAX];
    for (len, times) in [(0, 2000), (16, 2000), (1024, 2000), (16384, 500)] {
        let payload = bytes.get(..len).unwrap_or_default();
        row(&format!("echo-{len}"), times, 1, |_| {
            look(&client.echo(&EchoRequest::new().payload(payload))?)
        })?;
    }
    longest_echo(&mut client, &bytes)?;
    for count in [1, 8, 32, 128] {
        let payloads = vec![[0; 16]; count];
        row(&format!("batch-{count}"), 2048 / count, count, |_| {
            client.echo_batch(
                &payloads,
                |payload| EchoRequest::new().payload(payload),
                |_, echo| look(&echo?),
            )
        })?;
    }
    for len in [16, 1024, 16384] {
        echo_with_ack(bytes.get(..len).unwrap_or_default())?;
    }
    let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
    row("resolve", 1000, 1, |_| {
        black_box(genl::resolve(&mut socket, uapi::FAMILY_NAME)?);
        Ok(())
    })
}

/// The longest echo: the fastest of several rounds. After each round one more reply is left
/// unread, because the cost of allocating pages for such a large reply depends on the free
/// pages, and varies by more than the effect that this row measures.
fn longest_echo(client: &mut Client, payload: &[u8]) -> Result<()> {
    let (mut least, mut unread) = (f64::MAX, Vec::new());
    for _ in 0..8 {
        let took = measure(40, |_| {
            look(&client.echo(&EchoRequest::new().payload(payload))?)
        })?;
        least = least.min(took);
        let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
        let (family, seq, mut request) =
            (client.inner().family().id, socket.next_seq(), Vec::new());
        let echo = (cmd::ECHO, uapi::FAMILY_VERSION);
        message::write(&mut request, family, echo, 0, seq, |attributes| {
            attributes.bytes(uapi::echo::PAYLOAD, payload)
        })?;
        socket.send(&request)?;
        unread.push(socket);
    }
    print(&format!("echo-{}", payload.len()), least);
    Ok(())
}

/// The echo with an ACK after its reply; both are read.
fn echo_with_ack(payload: &[u8]) -> Result<()> {
    let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
    let family = genl::resolve(&mut socket, uapi::FAMILY_NAME)?.id;
    let mut request = Vec::new();
    let echo = (cmd::ECHO, uapi::FAMILY_VERSION);
    row(&format!("echo-ack-{}", payload.len()), 1000, 1, |_| {
        let seq = socket.next_seq();
        message::write(&mut request, family, echo, flags::ACK, seq, |attributes| {
            attributes.bytes(uapi::echo::PAYLOAD, payload)
        })?;
        let reply = socket.transact(&request, seq, Expect::Reply)?;
        let mut echoed = None;
        for attribute in message::read_reply(&reply, cmd::ECHO)? {
            let attribute = attribute?;
            match attribute.number {
                uapi::echo::PAYLOAD => echoed = Some(attribute.payload.len()),
                uapi::echo::STAMP => {
                    for attribute in attribute.attributes() {
                        let attribute = attribute?;
                        black_box(match attribute.number {
                            stamp::TIME_NS => attribute.uint()?,
                            _ => attribute.u32()?.into(),
                        });
                    }
                }
                _ => {}
            }
        }
        assert_eq!(echoed, Some(payload.len()));
        let ack = socket.next_message(|message| message.header.seq == seq)?;
        assert_eq!(ack.kind()?, Kind::Ack);
        Ok(())
    })
}

fn name(i: usize) -> String {
    format!("counter-{i:08}")
}

/// Creates `count` counters, and keeps those that exist.
fn fill(count: usize) -> Result<()> {
    let names: Vec<_> = (0..count).map(name).collect();
    let set = CounterSetRequest::new().value(1).create(true);
    Client::open()?.counter_set_batch(&names, |name| set.name(name), |_, end| end)
}

fn counters(count: usize) -> Result<()> {
    let names: [_; 64] = std::array::from_fn(|i| name(i * 7919 % count));
    let name = |i: usize| names.get(i % 64).map_or("", String::as_str);
    let mut client = Client::open()?;
    row(&format!("get-{count}"), 2048, 1, |i| {
        look_at(&client.counter_get(&CounterGetRequest::new().name(name(i)))?)
    })?;
    row(&format!("add-{count}"), 2048, 1, |i| {
        let request = CounterAddRequest::new().name(name(i)).delta(1);
        look_at(&client.counter_add(&request)?)
    })?;
    row(&format!("set-{count}"), 2048, 1, |i| {
        client.counter_set(&CounterSetRequest::new().name(name(i)).value(1))
    })
}

fn dump(count: usize) -> Result<()> {
    let mut client = Client::open()?;
    let times = if count < 1000 { 50 } else { 3 };
    row(&format!("dump-entry-{count}"), times, count, |_| {
        assert_eq!(list(&mut client)?, count);
        Ok(())
    })
}

/// Lists all counters, and returns their number.
#[inline(never)]
fn list(client: &mut Client) -> Result<usize> {
    let mut seen = 0;
    client.counter_get_dump(&CounterGetDumpRequest::new(), |counter| {
        seen += 1;
        look_at(&counter)
    })?;
    Ok(seen)
}

/// The kernel memory for each of `count` counters, in bytes.
fn memory(count: usize) -> Result<()> {
    let before = kernel_memory()?;
    fill(count)?;
    let taken = kernel_memory()?.saturating_sub(before);
    println!("memory {:.1}", taken as f64 / count as f64);
    Ok(())
}

/// Returns the memory that the kernel uses itself, in slabs and through vmalloc, in
/// bytes.
fn kernel_memory() -> Result<u64> {
    // Each processor keeps a part of the sums to itself until this is read.
    std::fs::read("/proc/sys/vm/stat_refresh").map_err(io("read stat_refresh"))?;
    let meminfo = std::fs::read_to_string("/proc/meminfo").map_err(io("read /proc/meminfo"))?;
    let kib = meminfo
        .lines()
        .filter_map(|line| match line.split_once(':') {
            Some(("Slab" | "VmallocUsed", value)) => {
                value.split_whitespace().next()?.parse::<u64>().ok()
            }
            _ => None,
        });
    Ok(kib.sum::<u64>() * 1024)
}

/// Changes a counter, and each of the listeners reads the event.
fn events() -> Result<()> {
    let mut client = Client::open()?;
    let add = CounterAddRequest::new().name("event").delta(1);
    client.counter_add(&add.create(true))?;
    for (count, times) in [(1, 1000), (10, 500), (100, 100)] {
        let timeout = Some(Duration::from_secs(5));
        let mut listeners = (0..count)
            .map(|_| Listener::open(&[group::EVENTS], timeout))
            .collect::<Result<Vec<_>>>()?;
        row(&format!("event-{count}"), times, 1, |_| {
            let value = client.counter_add(&add)?.value()?;
            for listener in &mut listeners {
                let Event::CounterChangeNtf(counter) = listener.next_event()? else {
                    return Err(Error::Absent("the change"));
                };
                assert_eq!(counter.value()?, value);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Starts this program with other arguments, and returns when it reports that it is
/// ready.
fn beside(arguments: &[&str]) -> Result<Child> {
    let program = std::env::current_exe().map_err(io("readlink"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(io("fork"))?;
    let mut said = String::new();
    if let Some(stdout) = &mut child.stdout {
        BufReader::new(stdout)
            .read_line(&mut said)
            .map_err(io("read"))?;
    }
    assert_eq!(said, "ready\n", "{arguments:?}");
    Ok(child)
}

/// A question, and its answer from an agent in another process.
fn ask() -> Result<()> {
    let mut agent = beside(&["agent"])?;
    let mut client = Client::open()?;
    let question = AskRequest::new().question(&[b'?'; 16]);
    let asked = row("ask", 1000, 1, |_| {
        assert_eq!(client.ask_and_wait(&question)?.answer, [b'!'; 16]);
        Ok(())
    });
    agent.kill().map_err(io("kill"))?;
    agent.wait().map_err(io("wait"))?;
    asked
}

fn agent() -> Result<()> {
    let mut agent = Agent::register()?;
    println!("ready");
    loop {
        let question = agent.next_question(None)?;
        agent.answer(question.id, &[b'!'; 16])?;
    }
}

/// Echoes from `clients` processes at once: the total time, divided by the number of
/// echoes.
fn parallel(clients: usize, times: usize) -> Result<()> {
    let mut running = (0..clients)
        .map(|_| beside(&["echoes", &times.to_string()]))
        .collect::<Result<Vec<_>>>()?;
    let begun = Instant::now();
    // The end of their input tells them to begin.
    running
        .iter_mut()
        .for_each(|child| drop(child.stdin.take()));
    for child in &mut running {
        assert!(child.wait().map_err(io("wait"))?.success());
    }
    let took = begun.elapsed().as_nanos() as f64;
    print(
        &format!("parallel-{clients}"),
        took / (clients * times) as f64,
    );
    Ok(())
}

fn echoes(times: usize) -> Result<()> {
    let mut client = Client::open()?;
    for i in 0..times + times / 10 {
        if i == times / 10 {
            println!("ready");
            io::stdin()
                .read_to_end(&mut Vec::new())
                .map_err(io("read"))?;
        }
        look(&client.echo(&EchoRequest::new().payload(&[0; 16]))?)?;
    }
    Ok(())
}

/// The time from the start of a program to its first byte of output, and to its end.
fn start(program: &str, arguments: &[&str]) -> Result<()> {
    const TIMES: usize = 50;
    let (mut replied, mut ended) = (Duration::MAX, Duration::MAX);
    for i in 0..TIMES + TIMES / 10 {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io("fork"))?;
        let mut said = [0];
        if let Some(stdout) = &mut child.stdout {
            stdout.read_exact(&mut said).map_err(io("read"))?;
        }
        let reply = begun.elapsed();
        assert!(child.wait().map_err(io("wait"))?.success());
        if i >= TIMES / 10 {
            replied = replied.min(reply);
            ended = ended.min(begun.elapsed());
        }
    }
    print("start-reply", replied.as_nanos() as f64);
    print("start-exit", ended.as_nanos() as f64);
    io::stdout().flush().map_err(io("write"))
}

/// Makes the call of one row `times` times and prints nothing. `bench/profile` compares
/// two such runs.
fn repeat(case: &str, times: usize) -> Result<()> {
    fn each(times: usize, mut call: impl FnMut() -> Result<()>) -> Result<()> {
        (0..times).try_for_each(|_| call())
    }
    let mut client = Client::open()?;
    let name = name(0);
    match case {
        "echo-16" => each(times, || {
            look(&client.echo(&EchoRequest::new().payload(&[0; 16]))?)
        }),
        "get-1" => each(times, || {
            look_at(&client.counter_get(&CounterGetRequest::new().name(&name))?)
        }),
        "dump" => each(times, || list(&mut client).map(drop)),
        _ => Err(Error::Absent("the case")),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments.as_slice() {
        ["echo"] => echo(),
        ["events"] => events(),
        ["ask"] => ask(),
        ["agent"] => agent(),
        ["start", program, ref arguments @ ..] => start(program, arguments),
        ["parallel", clients, times] => match (clients.parse(), times.parse()) {
            (Ok(clients), Ok(times)) => parallel(clients, times),
            _ => return ExitCode::from(2),
        },
        ["times", case, times] => match times.parse() {
            Ok(times) => repeat(case, times),
            Err(_) => return ExitCode::from(2),
        },
        [what, count] => match (what, count.parse()) {
            ("fill", Ok(count)) => fill(count),
            ("counters", Ok(count)) => counters(count),
            ("dump", Ok(count)) => dump(count),
            ("memory", Ok(count)) => memory(count),
            ("echoes", Ok(times)) => echoes(times),
            _ => return ExitCode::from(2),
        },
        // `cargo bench` runs this without arguments, but the numbers only make sense in
        // `make bench`.
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
