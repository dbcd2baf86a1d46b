// SPDX-License-Identifier: GPL-2.0

//! `stats-get`: what the namespace has counted of itself.

#![forbid(unsafe_code)]

use crate::{
    genl::{
        size,
        Do,
        Permission,
        Refusal,
        Request, //
    },
    state::Net,
    uapi::cmd, //
};

/// The operation `stats-get`.
pub(crate) struct Get;

impl Do for Get {
    const CMD: u8 = cmd::STATS_GET;
    const PERMISSION: Permission = Permission::Anyone;
    type State = Net;
    type Args<'a> = ();

    fn handle<'a>(request: &Request<'a, Net>, (): ()) -> Result<(), Refusal<'a>> {
        let values = request.state().stats();
        let mut reply = request.reply(values.len() * size::UINT)?;
        let mut attrs = reply.attrs();
        for (number, _, value) in values {
            attrs.put_uint(number, value)?;
        }
        reply.send()
    }
}
