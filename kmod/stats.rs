// SPDX-License-Identifier: GPL-2.0

//! `stats-get`: the statistics of the namespace.

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
