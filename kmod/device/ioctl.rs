// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
// Generated from include/uapi/linux/parley_device.h by bindgen; do not edit.

//! The ioctls of /dev/parley.

#![forbid(unsafe_code)]
#![allow(missing_docs, non_camel_case_types, unreachable_pub)]

pub const PARLEY_IOC_MAGIC: u8 = 80u8;
pub const PARLEY_IOC_NR_ECHO: u32 = 1;
pub const PARLEY_IOC_NR_COUNTER_ADD: u32 = 2;
pub type __u8 = ::core::ffi::c_uchar;
pub type __u32 = ::core::ffi::c_uint;
pub type __s64 = ::core::ffi::c_longlong;
pub type __u64 = ::core::ffi::c_ulonglong;
#[repr(C)]
pub struct parley_ioc_echo {
    pub from: __u64,
    pub to: __u64,
    pub len: __u32,
    pub flags: __u32,
}
#[repr(C)]
pub struct parley_ioc_counter_add {
    pub name: [__u8; 32usize],
    pub delta: __s64,
    pub value: __u64,
}
