// SPDX-License-Identifier: GPL-2.0

//! Declarations of the functions in `helpers.c`, which says what each does.

// Types of the kernel without a field are in these structs somewhere; that is so in C, too.
#![allow(improper_ctypes)]

use kernel::{
    bindings,
    ffi::{
        c_char,
        c_int,
        c_uint,
        c_void, //
    },
};

extern "C" {
    pub(super) fn genl_helper_msg_new(
        family: *const bindings::genl_family,
        portid: u32,
        seq: u32,
        cmd: u8,
        payload: usize,
        tail: *mut *mut c_void,
    ) -> *mut bindings::sk_buff;

    pub(super) fn genl_helper_msg_end(skb: *mut bindings::sk_buff, len: c_uint);

    pub(super) fn genl_helper_dump_tail(
        skb: *mut bindings::sk_buff,
        room: *mut c_uint,
    ) -> *mut c_void;

    pub(super) fn genl_helper_dump_put(skb: *mut bindings::sk_buff, len: c_uint) -> c_uint;

    pub(super) fn genl_helper_msg_free(skb: *mut bindings::sk_buff);

    pub(super) fn genl_helper_reply(
        skb: *mut bindings::sk_buff,
        info: *mut bindings::genl_info,
    ) -> c_int;

    pub(super) fn genl_helper_has_listeners(
        info: *const bindings::genl_info,
        group: c_uint,
    ) -> bool;

    pub(super) fn genl_helper_lost(info: *const bindings::genl_info, group: c_uint);

    pub(super) fn genl_helper_net_state(
        info: *const bindings::genl_info,
        id: c_uint,
    ) -> *mut c_void;

    pub(super) fn genl_helper_net_generic(net: *const bindings::net, id: c_uint) -> *mut c_void;

    pub(super) fn genl_helper_set_err_msg(
        extack: *mut bindings::netlink_ext_ack,
        msg: *const c_char,
    );
}
