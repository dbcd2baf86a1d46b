// SPDX-License-Identifier: GPL-2.0

//! The client of the family, both files generated from its spec.

#![forbid(unsafe_code)]

#[rustfmt::skip]
pub mod call;
#[rustfmt::skip]
pub mod client;
