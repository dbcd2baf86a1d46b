// SPDX-License-Identifier: GPL-2.0

//! Declarations of the functions in `helpers.c` and `helpers_kept.c`, which document them.

// These structs contain kernel types without fields, as they do in C.
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

/// `struct genl_helper_store`.
#[repr(C)]
pub(super) struct Store([u8; 0]);

/// `struct genl_helper_kept`.
#[repr(C)]
pub(super) struct Kept([u8; 0]);

extern "C" {
    pub(super) fn genl_helper_msg_new(
        family: *const bindings::genl_family,
        portid: u32,
        seq: u32,
        cmd: u8,
        payload: usize,
        unicast: bool,
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

    pub(super) fn genl_helper_notify(
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        skb: *mut bindings::sk_buff,
        portid: u32,
        group: c_uint,
        requester: *mut bindings::sock,
    ) -> bool;

    pub(super) fn genl_helper_lost(
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        group: c_uint,
        sk: *mut bindings::sock,
    );

    pub(super) fn genl_helper_sender(skb: *const bindings::sk_buff) -> *mut bindings::sock;

    pub(super) fn genl_helper_info_generic(
        info: *const bindings::genl_info,
        id: c_uint,
    ) -> *mut c_void;

    pub(super) fn genl_helper_net_generic(net: *const bindings::net, id: c_uint) -> *mut c_void;

    pub(super) fn genl_helper_net_current() -> *mut bindings::net;

    pub(super) fn genl_helper_net_initial() -> *mut bindings::net;

    pub(super) fn genl_helper_net_try_get(net: *mut bindings::net) -> bool;

    pub(super) fn genl_helper_net_put(net: *mut bindings::net);

    pub(super) fn genl_helper_net_admin(
        net: *const bindings::net,
        file: *const bindings::file,
    ) -> bool;

    pub(super) fn genl_helper_store_new() -> *mut Store;

    pub(super) fn genl_helper_store_put(store: *mut Store);

    pub(super) fn genl_helper_store_sever(store: *mut Store, all: bool);

    pub(super) fn genl_helper_keep(
        store: *mut Store,
        skb: *const bindings::sk_buff,
        nlh: *const bindings::nlmsghdr,
    ) -> *mut Kept;

    pub(super) fn genl_helper_kept_drop(kept: *mut Kept);

    pub(super) fn genl_helper_kept_is_closed(kept: *const Kept) -> bool;

    pub(super) fn genl_helper_kept_is_from(kept: *const Kept, sk: *const bindings::sock) -> bool;

    pub(super) fn genl_helper_kept_is_from_same(a: *const Kept, b: *const Kept) -> bool;

    pub(super) fn genl_helper_kept_portid(kept: *const Kept) -> u32;

    pub(super) fn genl_helper_kept_send(kept: *const Kept, skb: *mut bindings::sk_buff) -> c_int;

    pub(super) fn genl_helper_kept_answer(kept: *mut Kept, skb: *mut bindings::sk_buff) -> c_int;

    pub(super) fn genl_helper_kept_refuse(kept: *mut Kept, err: c_int, msg: *const c_char)
        -> c_int;

    pub(super) fn genl_helper_timer_init(
        timer: *mut bindings::delayed_work,
        func: bindings::work_func_t,
    );

    pub(super) fn genl_helper_wait_for_users(
        done: *mut bindings::completion,
        family: *const c_char,
    );

    pub(super) fn genl_helper_wait_unreferenced(module: *mut bindings::module);

    pub(super) fn genl_helper_timer_set(timer: *mut bindings::delayed_work, ns: u64);

    pub(super) fn genl_helper_set_err_msg(
        extack: *mut bindings::netlink_ext_ack,
        msg: *const c_char,
    );
}
