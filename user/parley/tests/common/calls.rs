// SPDX-License-Identifier: MIT OR Apache-2.0

//! Short forms of the generated client's operations, for the calls that tests make most often.

use parley::client::{
    group, Answer, AskRequest, Client, CounterAddRequest, CounterDelRequest, CounterGetDumpRequest,
    CounterGetReply, CounterGetRequest, CounterSetRequest, EchoRequest, Event, Listener, Name,
};
use parley::{Error, Result};
use std::time::Duration;

/// Overwrites an existing counter.
pub const EXISTING: CounterSetRequest<'_> = CounterSetRequest {
    name: None,
    value: None,
    create: false,
    exclusive: false,
};

/// Creates the counter, or overwrites an existing one.
pub const CREATE: CounterSetRequest<'_> = CounterSetRequest {
    create: true,
    ..EXISTING
};

/// The fields of a counter in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    pub name: Vec<u8>,
    pub value: u64,
    pub updates: u64,
}

impl Counter {
    /// Fails unless the message has all three.
    pub fn of(reply: &CounterGetReply<'_>) -> Result<Self> {
        Ok(Self {
            name: reply.name()?.to_owned(),
            value: reply.value()?,
            updates: reply.updates()?,
        })
    }

    /// The name as the program shows it.
    pub fn text(&self) -> String {
        Name::from(&self.name[..]).to_string()
    }
}

pub trait Calls {
    fn echoed(&mut self, payload: &[u8]) -> Result<Vec<u8>>;
    fn get(&mut self, name: impl AsRef<[u8]>) -> Result<Counter>;
    fn list(
        &mut self,
        prefix: Option<&[u8]>,
        each: impl FnMut(Counter) -> Result<()>,
    ) -> Result<bool>;
    fn set(
        &mut self,
        name: impl AsRef<[u8]>,
        value: u64,
        mode: CounterSetRequest<'_>,
    ) -> Result<()>;
    fn add(&mut self, name: impl AsRef<[u8]>, delta: i64, create: bool) -> Result<Counter>;
    fn del(&mut self, name: impl AsRef<[u8]>) -> Result<()>;
    fn answered(&mut self, question: &[u8], timeout: Option<Duration>) -> Result<Answer>;
}

impl Calls for Client {
    fn echoed(&mut self, payload: &[u8]) -> Result<Vec<u8>> {
        let reply = self.echo(&EchoRequest::new().payload(payload))?;
        Ok(reply.payload()?.to_owned())
    }

    fn get(&mut self, name: impl AsRef<[u8]>) -> Result<Counter> {
        Counter::of(&self.counter_get(&CounterGetRequest::new().name(&name))?)
    }

    fn list(
        &mut self,
        prefix: Option<&[u8]>,
        mut each: impl FnMut(Counter) -> Result<()>,
    ) -> Result<bool> {
        let request = CounterGetDumpRequest { prefix };
        self.counter_get_dump(&request, |entry| each(Counter::of(&entry)?))
    }

    fn set(
        &mut self,
        name: impl AsRef<[u8]>,
        value: u64,
        mode: CounterSetRequest<'_>,
    ) -> Result<()> {
        self.counter_set(&mode.name(&name).value(value))
    }

    fn add(&mut self, name: impl AsRef<[u8]>, delta: i64, create: bool) -> Result<Counter> {
        let request = CounterAddRequest::new().name(&name).delta(delta);
        Counter::of(&self.counter_add(&request.create(create))?)
    }

    fn del(&mut self, name: impl AsRef<[u8]>) -> Result<()> {
        self.counter_del(&CounterDelRequest::new().name(&name))
    }

    fn answered(&mut self, question: &[u8], timeout: Option<Duration>) -> Result<Answer> {
        self.ask_and_wait(&AskRequest {
            timeout_ms: timeout.map(|timeout| timeout.as_millis().try_into().unwrap()),
            ..AskRequest::new().question(question)
        })
    }
}

/// A change of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Written,
    Deleted,
}

/// Listens to the counters of this network namespace.
pub fn listener(timeout: Option<Duration>) -> Result<Listener> {
    Listener::open(&[group::EVENTS], timeout)
}

/// Waits for the next event of a counter.
pub fn next_change(listener: &mut Listener) -> Result<(Change, Counter)> {
    let (change, reply) = match listener.next_event()? {
        Event::CounterNewNtf(reply) => (Change::New, reply),
        Event::CounterChangeNtf(reply) => (Change::Written, reply),
        Event::CounterDelNtf(reply) => (Change::Deleted, reply),
        _ => return Err(Error::Absent("the change")),
    };
    Ok((change, Counter::of(&reply)?))
}
