// SPDX-License-Identifier: GPL-2.0

//! `stats-get`: what the namespace has counted of itself.

#![forbid(unsafe_code)]

use crate::{
    genl::prelude::*,
    parley::*,
    state::Net, //
};

impl DoOp<StatsGet> for Net {
    fn handle<'a>(&'a self, _call: &Call<'a, Self, StatsGet>) -> Handled<'a, StatsGet> {
        Ok(self.stats())
    }
}
