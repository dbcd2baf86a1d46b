// SPDX-License-Identifier: GPL-2.0

//! `echo`: returns the payload, with a stamp of when and where it was handled, and for whom.

#![forbid(unsafe_code)]

use crate::{
    genl::prelude::*,
    parley::*,
    state::Net, //
};
use kernel::cpu::CpuId;

impl DoOp<Echo> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Echo>) -> Handled<'a, Echo> {
        Ok(echo::Reply {
            payload: Some(call.request.payload().required()?.value),
            stamp: Some(nest::Stamp {
                time_ns: Some(Self::now()),
                cpu: Some(CpuId::current().as_u32()),
                portid: Some(call.portid()),
            }),
        })
    }

    fn replied(&self, reply: &echo::Reply<'_>) {
        self.echoed(reply.payload.map_or(0, <[u8]>::len));
    }
}
