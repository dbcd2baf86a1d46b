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

    pub(super) fn genl_helper_unicast(
        net: *mut bindings::net,
        skb: *mut bindings::sk_buff,
        portid: u32,
    ) -> c_int;

    pub(super) fn genl_helper_multicast(
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        skb: *mut bindings::sk_buff,
        group: c_uint,
    );

    pub(super) fn genl_helper_has_listeners(
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        group: c_uint,
    ) -> bool;

    pub(super) fn genl_helper_lost(
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        group: c_uint,
    );

    pub(super) fn genl_helper_info_net(info: *const bindings::genl_info) -> *mut bindings::net;

    pub(super) fn genl_helper_net_generic(net: *const bindings::net, id: c_uint) -> *mut c_void;

    pub(super) fn genl_helper_net_current() -> *mut bindings::net;

    pub(super) fn genl_helper_net_initial() -> *mut bindings::net;

    pub(super) fn genl_helper_net_try_get(net: *mut bindings::net) -> bool;

    pub(super) fn genl_helper_net_put(net: *mut bindings::net);

    pub(super) fn genl_helper_net_admin(
        net: *const bindings::net,
        file: *const bindings::file,
    ) -> bool;

    pub(super) fn genl_helper_peer_get(skb: *const bindings::sk_buff) -> *mut bindings::sock;

    pub(super) fn genl_helper_peer_put(sk: *mut bindings::sock);

    pub(super) fn genl_helper_peer_is_closed(sk: *const bindings::sock) -> bool;

    pub(super) fn genl_helper_peer_net(sk: *const bindings::sock) -> *mut bindings::net;

    pub(super) fn genl_helper_request_keep(
        skb: *const bindings::sk_buff,
        nlh: *const bindings::nlmsghdr,
    ) -> *mut bindings::sk_buff;

    pub(super) fn genl_helper_request_ids(
        skb: *const bindings::sk_buff,
        seq: *mut u32,
        cmd: *mut u8,
    );

    pub(super) fn genl_helper_request_refuse(
        net: *const bindings::net,
        skb: *mut bindings::sk_buff,
        err: c_int,
        msg: *const c_char,
    );

    pub(super) fn genl_helper_alarm_init(
        alarm: *mut bindings::delayed_work,
        func: bindings::work_func_t,
    );

    pub(super) fn genl_helper_alarm_set(alarm: *mut bindings::delayed_work, ns: u64);

    pub(super) fn genl_helper_set_err_msg(
        extack: *mut bindings::netlink_ext_ack,
        msg: *const c_char,
    );
}
