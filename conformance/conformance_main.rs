// SPDX-License-Identifier: GPL-2.0

//! `conformance`: a family for tests, whose operations return the attributes that they receive.

#[path = "family.rs"]
mod generated;
mod genl;

use crate::{
    generated::*,
    genl::{
        prelude::*,
        Family,
        FamilyRef,
        Module,
        NetState, //
    },
};
use kernel::{
    module::this_module,
    prelude::*,
    sync::atomic::{
        Atomic,
        Full,
        Relaxed as Order, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

module! {
    type: Module<Net, ()>,
    name: "conformance",
    authors: ["The parley developers"],
    description: "A family that returns what it receives",
    license: "GPL",
}

static FAMILY: Family<Net> = generated::family(this_module::<LocalModule>());

/// The state of a network namespace.
struct Net {
    /// The number of guards dropped so far.
    ended: Atomic<u32>,
    /// The number of calls of [`Net::slow`] that are running.
    running: Atomic<u32>,
    /// The namespace's inode number.
    inum: u32,
    is_initial: bool,
}

impl NetState for Net {
    const FAMILY: FamilyRef<Self> = FamilyRef::to(&FAMILY);

    // Serialized, unlike parley's operations, so that both kinds are tested.
    const PARALLEL: bool = false;

    fn new(net: NewNet<'_>) -> impl PinInit<Self, Error> {
        Ok(Self {
            ended: Atomic::new(0),
            running: Atomic::new(0),
            inum: net.inum(),
            is_initial: net.is_initial(),
        })
    }
}

/// Builds a reply or nest from the values of these attributes of a request, and other fields.
macro_rules! values {
    (
        $($type:ident)::+,
        $request:expr,
        [$($name:ident),+],
        { $($other:ident: $value:expr),* $(,)? }
    ) => {
        $($type)::+ {
            $($name: $request.$name().get()?.map(|attr| attr.value),)+
            $($other: $value,)*
        }
    };
}

fn inner<'a>(attrs: Attrs<'a, nest::InnerSet>) -> Result<nest::Inner<'a>, ExtAck<'a>> {
    let deeper = match attrs.deeper().get()? {
        Some(attr) => Some(values!(nest::Deeper, attr.value, [level, key], {})),
        None => None,
    };
    Ok(values!(nest::Inner, attrs, [number, name], { deeper: deeper }))
}

/// Collects `values`, and holds them until the reply is sent.
fn held<'a, T: Copy, N: NetState>(
    context: &Context<'a, N>,
    values: impl Iterator<Item = Result<T, ExtAck<'a>>>,
) -> Result<&'a [T], ExtAck<'a>> {
    let mut all = KVVec::new();
    for value in values {
        all.push(value?, GFP_KERNEL)?;
    }
    Ok(context.hold(all)?)
}

/// Builds a reply from the attributes that need not be held for it, and other fields.
macro_rules! reply {
    ($request:expr, { $($other:ident: $value:expr),* $(,)? }) => {{
        let request = $request;
        let nest = request.inner().get()?.map(|attr| inner(attr.value));
        values!(
            echo::Reply,
            request,
            [
                u8, u16, u32, u64, s8, s16, s32, s64, uint, sint, be16, be32, be64, le16, le32,
                le64, be_s16, be_s32, be_s64, le_s16, le_s32, le_s64, flag, string, text, bytes,
                exact, bounded, small, wide, network, level, colour, mask, field, point, any
            ],
            {
                family_header: request.family_header()?,
                inner: nest.transpose()?,
                $($other: $value,)*
            }
        )
    }};
}

impl DoOp<Echo> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Echo>) -> Handled<'a, Echo> {
        let request = &call.request;
        let head: [u8; Head::SIZE] = request.family_header()?.to_bytes();
        if head == *b"slow it!" {
            return self.slow();
        }
        let elements = match request.elements().get()? {
            Some(array) => Some(held(call, array.value.map(|each| inner(each?.value)))?),
            None => None,
        };
        let words = match request.words().get()? {
            Some(array) => Some(held(call, array.value.map(|each| Ok(each?.value)))?),
            None => None,
        };
        Ok(reply!(request, {
            numbers: held(call, request.numbers().map(|each| Ok(each?.value)))?,
            inners: held(call, request.inners().map(|each| inner(each?.value)))?,
            elements: elements,
            words: words,
        }))
    }
}

impl Net {
    /// Fails with `EBUSY` if another call is running, and gives others time to begin.
    fn slow<'a>(&self) -> Handled<'a, Echo> {
        let others = self.running.fetch_add(1, Full);
        fsleep(Delta::from_millis(2));
        self.running.fetch_sub(1, Full);
        match others {
            0 => Err(ExtAck::new(EALREADY, c"slow, and alone")),
            _ => Err(ExtAck::new(EBUSY, c"another call is running")),
        }
    }
}

/// Lists the same entry three times, without the attributes that would have to be held.
impl DumpOp<EchoDump> for Net {
    type Cursor = u8;

    fn start<'a>(&'a self, request: &Attrs<'a, EchoDump>) -> Result<u8, ExtAck<'a>> {
        request.u32().required()?;
        Ok(0)
    }

    fn next<'a>(
        &'a self,
        request: &Attrs<'a, EchoDump>,
        cursor: &mut u8,
        entries: &mut Entries<'_, EchoDump>,
    ) -> Result<Progress, ExtAck<'a>> {
        entries.generation(0);
        let entry = reply!(request, {
            numbers: &[],
            inners: &[],
            elements: None,
            words: None,
        });
        while *cursor < 3 {
            if entries.put(&entry).is_err() {
                return Ok(Progress::More);
            }
            *cursor += 1;
        }
        Ok(Progress::Done)
    }
}

/// A guard that is counted when it is dropped.
struct Started<'a> {
    net: &'a Net,
    number: u32,
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        self.net.ended.add(1, Order);
    }
}

impl Hook<ConformanceBeginConformanceEnd> for Net {
    type Guard<'a> = Started<'a>;

    fn before<'a>(
        &'a self,
        _context: &Context<'a, Self>,
        request: Attrs<'a, ConformanceBeginConformanceEnd>,
    ) -> Result<Started<'a>, ExtAck<'a>> {
        let attr = request.u32().required()?;
        if attr.value == 13 {
            return Err(ExtAck::new(EBUSY, c"the hook refuses this number").at(attr));
        }
        Ok(Started {
            net: self,
            number: attr.value,
        })
    }
}

/// Also returns the number of guards dropped so far, in `exact`.
impl GuardedOp<Need> for Net {
    fn handle<'a>(
        &'a self,
        call: &Call<'a, Self, Need>,
        guard: &mut Started<'a>,
    ) -> Handled<'a, Need> {
        let attrs = call.request.inner().required()?.value;
        let key = attrs.deeper().required()?.value.key().required()?;
        let ended = call.copy(&self.ended.load(Order).to_ne_bytes())?;
        let deeper = Some(nest::Deeper {
            level: None,
            key: Some(key.value),
        });
        let cell = nest::Inner {
            number: Some(guard.number),
            name: None,
            deeper,
        };
        let mut cells = KVVec::new();
        cells.push((7, cell), GFP_KERNEL)?;
        cells.push((8, cell), GFP_KERNEL)?;
        let mut rows = KVVec::new();
        rows.push((2, Numbered(call.hold(cells)?)), GFP_KERNEL)?;
        Ok(need::Reply {
            family_header: call.request.family_header()?,
            u32: Some(guard.number),
            u64: Some(self.inum.into()),
            flag: self.is_initial.then_some(()),
            exact: Some(call.hold(ended)?),
            table: Some(Numbered(call.hold(rows)?)),
        })
    }
}

impl Hook<ConformanceBegin> for Net {
    type Guard<'a> = ();

    fn before<'a>(
        &'a self,
        _context: &Context<'a, Self>,
        _request: Attrs<'a, ConformanceBegin>,
    ) -> Result<(), ExtAck<'a>> {
        Ok(())
    }
}

impl GuardedOp<Relaxed> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Relaxed>, _: &mut ()) -> Handled<'a, Relaxed> {
        let reply = values!(relaxed::Reply, call.request, [u16, string], {
            family_header: call.request.family_header()?,
        });
        call.notify(&Told(reply));
        Ok(reply)
    }
}

impl GuardedOp<Begun> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Begun>, _: &mut ()) -> Handled<'a, Begun> {
        Ok(values!(begun::Reply, call.request, [u8, string], {
            family_header: call.request.family_header()?,
        }))
    }
}
