// SPDX-License-Identifier: GPL-2.0

//! `echo`: the payload back, with a stamp of when, where and for whom it was handled.

#![forbid(unsafe_code)]

use crate::{
    genl::{
        self,
        size,
        Bytes,
        Do,
        Permission,
        Refusal,
        Request, //
    },
    state::Net,
    uapi::{
        self,
        cmd,
        echo,
        stamp, //
    },
};
use kernel::{
    cpu::CpuId,
    time::{
        ClockSource,
        Monotonic, //
    },
};

/// The operation `echo`.
pub(crate) struct Echo;

genl::arguments! {
    /// What `echo` takes.
    pub(crate) struct EchoArgs {
        payload: Bytes<0, { uapi::PAYLOAD_MAX }> = echo::PAYLOAD,
    }
}

impl Do for Echo {
    const CMD: u8 = cmd::ECHO;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = EchoArgs<'a>;

    fn handle<'a>(request: &Request<'a, Net>, args: EchoArgs<'a>) -> Result<(), Refusal<'a>> {
        const STAMP: usize = size::bytes(size::UINT + size::U32 + size::U32);

        let payload = args.payload.value;
        let mut reply = request.reply(size::bytes(payload.len()) + STAMP)?;
        let mut attrs = reply.attrs();
        attrs.put_bytes(echo::PAYLOAD, payload)?;
        attrs.nest(echo::STAMP, |attrs| {
            // The monotonic clock never shows a time before boot.
            attrs.put_uint(stamp::TIME_NS, Monotonic::ktime_get().unsigned_abs())?;
            attrs.put_u32(stamp::CPU, CpuId::current().as_u32())?;
            attrs.put_u32(stamp::PORTID, request.portid())
        })?;
        reply.send()?;
        request.state().echoed(payload.len());
        Ok(())
    }
}
