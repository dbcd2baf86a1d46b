// SPDX-License-Identifier: MIT OR Apache-2.0

//! The figures of `parley compare`: as tables, as JSON and as a picture.

pub(crate) mod figures;
pub(crate) mod json;
pub(crate) mod plot;
pub(crate) mod progress;
pub(crate) mod table;
