// SPDX-License-Identifier: GPL-2.0

//! The client of the family, generated from its spec.

#![forbid(unsafe_code)]

#[rustfmt::skip]
pub mod client;

/// The spec.
pub const SPEC: &str = include_str!("../../@FAMILY@.yaml");
