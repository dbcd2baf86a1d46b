// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from Documentation/netlink/specs/nftables.yaml, spec/kernel/nftables.yaml by
// parley-spec; do not edit.

//! The tables of nftables.

#[allow(unused_imports)]
use super::{Kind::*, Order::*, Set::*, BITFIELD32};

record! { STRUCT_NFGENMSG "nfgenmsg" {
    "nfgen_family" 1: Named(1, ENUM_NFPROTO),
    "version" 1: Unsigned(1),
    "res_id" 2: In(Big, &Unsigned(2)),
}}

names! { ENUM_META_KEYS {
    NFT_META_LEN: u16 = 0,
    NFT_META_PROTOCOL: u16 = 1,
    NFT_META_PRIORITY: u16 = 2,
    NFT_META_MARK: u16 = 3,
    NFT_META_IIF: u16 = 4,
    NFT_META_OIF: u16 = 5,
    NFT_META_IIFNAME: u16 = 6,
    NFT_META_OIFNAME: u16 = 7,
    NFT_META_IFTYPE: u16 = 8,
    NFT_META_OIFTYPE: u16 = 9,
    NFT_META_SKUID: u16 = 10,
    NFT_META_SKGID: u16 = 11,
    NFT_META_NFTRACE: u16 = 12,
    NFT_META_RTCLASSID: u16 = 13,
    NFT_META_SECMARK: u16 = 14,
    NFT_META_NFPROTO: u16 = 15,
    NFT_META_L4PROTO: u16 = 16,
    NFT_META_BRI_IIFNAME: u16 = 17,
    NFT_META_BRI_OIFNAME: u16 = 18,
    NFT_META_PKTTYPE: u16 = 19,
    NFT_META_CPU: u16 = 20,
    NFT_META_IIFGROUP: u16 = 21,
    NFT_META_OIFGROUP: u16 = 22,
    NFT_META_CGROUP: u16 = 23,
    NFT_META_PRANDOM: u16 = 24,
    NFT_META_SECPATH: u16 = 25,
    NFT_META_IIFKIND: u16 = 26,
    NFT_META_OIFKIND: u16 = 27,
    NFT_META_BRI_IIFPVID: u16 = 28,
    NFT_META_BRI_IIFVPROTO: u16 = 29,
    NFT_META_TIME_NS: u16 = 30,
    NFT_META_TIME_DAY: u16 = 31,
    NFT_META_TIME_HOUR: u16 = 32,
    NFT_META_SDIF: u16 = 33,
    NFT_META_SDIFNAME: u16 = 34,
    NFT_META_BRI_BROUTE: u16 = 35,
}}

names! { ENUM_BITWISE_OPS {
    NFT_BITWISE_MASK_XOR: u16 = 0,
    NFT_BITWISE_LSHIFT: u16 = 1,
    NFT_BITWISE_RSHIFT: u16 = 2,
    NFT_BITWISE_AND: u16 = 3,
    NFT_BITWISE_OR: u16 = 4,
    NFT_BITWISE_XOR: u16 = 5,
}}

names! { ENUM_CMP_OPS {
    NFT_CMP_EQ: u16 = 0,
    NFT_CMP_NEQ: u16 = 1,
    NFT_CMP_LT: u16 = 2,
    NFT_CMP_LTE: u16 = 3,
    NFT_CMP_GT: u16 = 4,
    NFT_CMP_GTE: u16 = 5,
}}

names! { ENUM_OBJECT_TYPE {
    NFT_OBJECT_UNSPEC: u16 = 0,
    NFT_OBJECT_COUNTER: u16 = 1,
    NFT_OBJECT_QUOTA: u16 = 2,
    NFT_OBJECT_CT_HELPER: u16 = 3,
    NFT_OBJECT_LIMIT: u16 = 4,
    NFT_OBJECT_CONNLIMIT: u16 = 5,
    NFT_OBJECT_TUNNEL: u16 = 6,
    NFT_OBJECT_CT_TIMEOUT: u16 = 7,
    NFT_OBJECT_SECMARK: u16 = 8,
    NFT_OBJECT_CT_EXPECT: u16 = 9,
    NFT_OBJECT_SYNPROXY: u16 = 10,
}}

names! { ENUM_NAT_RANGE_FLAGS {
    NF_NAT_RANGE_MAP_IPS: u16 = 0x1,
    NF_NAT_RANGE_PROTO_SPECIFIED: u16 = 0x2,
    NF_NAT_RANGE_PROTO_RANDOM: u16 = 0x4,
    NF_NAT_RANGE_PERSISTENT: u16 = 0x8,
    NF_NAT_RANGE_PROTO_RANDOM_FULLY: u16 = 0x10,
    NF_NAT_RANGE_PROTO_OFFSET: u16 = 0x20,
    NF_NAT_RANGE_NETMAP: u16 = 0x40,
}}

names! { ENUM_TABLE_FLAGS {
    NFT_TABLE_F_DORMANT: u16 = 0x1,
    NFT_TABLE_F_OWNER: u16 = 0x2,
    NFT_TABLE_F_PERSIST: u16 = 0x4,
}}

names! { ENUM_CHAIN_FLAGS {
    NFT_CHAIN_BASE: u16 = 0x1,
    NFT_CHAIN_HW_OFFLOAD: u16 = 0x2,
    NFT_CHAIN_BINDING: u16 = 0x4,
}}

names! { ENUM_SET_FLAGS {
    NFT_SET_ANONYMOUS: u16 = 0x1,
    NFT_SET_CONSTANT: u16 = 0x2,
    NFT_SET_INTERVAL: u16 = 0x4,
    NFT_SET_MAP: u16 = 0x8,
    NFT_SET_TIMEOUT: u16 = 0x10,
    NFT_SET_EVAL: u16 = 0x20,
    NFT_SET_OBJECT: u16 = 0x40,
    NFT_SET_CONCAT: u16 = 0x80,
    NFT_SET_EXPR: u16 = 0x100,
}}

names! { ENUM_SET_ELEM_FLAGS {
    NFT_SET_ELEM_INTERVAL_END: u16 = 0x1,
    NFT_SET_ELEM_CATCHALL: u16 = 0x2,
}}

names! { ENUM_LOOKUP_FLAGS {
    NFT_LOOKUP_F_INV: u16 = 0x1,
}}

names! { ENUM_CT_KEYS {
    NFT_CT_STATE: u16 = 0,
    NFT_CT_DIRECTION: u16 = 1,
    NFT_CT_STATUS: u16 = 2,
    NFT_CT_MARK: u16 = 3,
    NFT_CT_SECMARK: u16 = 4,
    NFT_CT_EXPIRATION: u16 = 5,
    NFT_CT_HELPER: u16 = 6,
    NFT_CT_L3PROTOCOL: u16 = 7,
    NFT_CT_SRC: u16 = 8,
    NFT_CT_DST: u16 = 9,
    NFT_CT_PROTOCOL: u16 = 10,
    NFT_CT_PROTO_SRC: u16 = 11,
    NFT_CT_PROTO_DST: u16 = 12,
    NFT_CT_LABELS: u16 = 13,
    NFT_CT_PKTS: u16 = 14,
    NFT_CT_BYTES: u16 = 15,
    NFT_CT_AVGPKT: u16 = 16,
    NFT_CT_ZONE: u16 = 17,
    NFT_CT_EVENTMASK: u16 = 18,
    NFT_CT_SRC_IP: u16 = 19,
    NFT_CT_DST_IP: u16 = 20,
    NFT_CT_SRC_IP6: u16 = 21,
    NFT_CT_DST_IP6: u16 = 22,
    NFT_CT_ID: u16 = 23,
}}

names! { ENUM_CT_DIRECTION {
    IP_CT_DIR_ORIGINAL: u16 = 0,
    IP_CT_DIR_REPLY: u16 = 1,
}}

names! { ENUM_QUOTA_FLAGS {
    NFT_QUOTA_F_INV: u16 = 0x1,
    NFT_QUOTA_F_DEPLETED: u16 = 0x2,
}}

names! { ENUM_VERDICT_CODE {
    4294967295 "continue",
    4294967294 "break",
    4294967293 "jump",
    4294967292 "goto",
    4294967291 "return",
    0 "drop",
    1 "accept",
    2 "stolen",
    3 "queue",
    4 "repeat",
}}

names! { ENUM_FIB_RESULT {
    NFT_FIB_RESULT_UNSPEC: u16 = 0,
    NFT_FIB_RESULT_OIF: u16 = 1,
    NFT_FIB_RESULT_OIFNAME: u16 = 2,
    NFT_FIB_RESULT_ADDRTYPE: u16 = 3,
}}

names! { ENUM_FIB_FLAGS {
    NFTA_FIB_F_SADDR: u16 = 0x1,
    NFTA_FIB_F_DADDR: u16 = 0x2,
    NFTA_FIB_F_MARK: u16 = 0x4,
    NFTA_FIB_F_IIF: u16 = 0x8,
    NFTA_FIB_F_OIF: u16 = 0x10,
    NFTA_FIB_F_PRESENT: u16 = 0x20,
}}

names! { ENUM_REJECT_TYPES {
    NFT_REJECT_ICMP_UNREACH: u16 = 0,
    NFT_REJECT_TCP_RST: u16 = 1,
    NFT_REJECT_ICMPX_UNREACH: u16 = 2,
}}

names! { ENUM_REJECT_INET_CODE {
    0 "icmpx-no-route",
    1 "icmpx-port-unreach",
    2 "icmpx-host-unreach",
    3 "icmpx-admin-prohibited",
}}

names! { ENUM_PAYLOAD_BASE {
    NFT_PAYLOAD_LL_HEADER: u16 = 0,
    NFT_PAYLOAD_NETWORK_HEADER: u16 = 1,
    NFT_PAYLOAD_TRANSPORT_HEADER: u16 = 2,
    NFT_PAYLOAD_INNER_HEADER: u16 = 3,
    NFT_PAYLOAD_TUN_HEADER: u16 = 4,
}}

names! { ENUM_RANGE_OPS {
    NFT_RANGE_EQ: u16 = 0,
    NFT_RANGE_NEQ: u16 = 1,
}}

names! { ENUM_REGISTERS {
    NFT_REG_VERDICT: u16 = 0,
    NFT_REG_1: u16 = 1,
    NFT_REG_2: u16 = 2,
    NFT_REG_3: u16 = 3,
    NFT_REG_4: u16 = 4,
    NFT_REG32_00: u16 = 8,
    NFT_REG32_01: u16 = 9,
    NFT_REG32_02: u16 = 10,
    NFT_REG32_03: u16 = 11,
    NFT_REG32_04: u16 = 12,
    NFT_REG32_05: u16 = 13,
    NFT_REG32_06: u16 = 14,
    NFT_REG32_07: u16 = 15,
    NFT_REG32_08: u16 = 16,
    NFT_REG32_09: u16 = 17,
    NFT_REG32_10: u16 = 18,
    NFT_REG32_11: u16 = 19,
    NFT_REG32_12: u16 = 20,
    NFT_REG32_13: u16 = 21,
    NFT_REG32_14: u16 = 22,
    NFT_REG32_15: u16 = 23,
}}

names! { ENUM_NUMGEN_TYPES {
    NFT_NG_INCREMENTAL: u16 = 0,
    NFT_NG_RANDOM: u16 = 1,
}}

names! { ENUM_LOG_LEVEL {
    NFT_LOGLEVEL_EMERG: u16 = 0,
    NFT_LOGLEVEL_ALERT: u16 = 1,
    NFT_LOGLEVEL_CRIT: u16 = 2,
    NFT_LOGLEVEL_ERR: u16 = 3,
    NFT_LOGLEVEL_WARNING: u16 = 4,
    NFT_LOGLEVEL_NOTICE: u16 = 5,
    NFT_LOGLEVEL_INFO: u16 = 6,
    NFT_LOGLEVEL_DEBUG: u16 = 7,
    NFT_LOGLEVEL_AUDIT: u16 = 8,
}}

names! { ENUM_LOG_FLAGS {
    NF_LOG_TCPSEQ: u16 = 0x1,
    NF_LOG_TCPOPT: u16 = 0x2,
    NF_LOG_IPOPT: u16 = 0x4,
    NF_LOG_UID: u16 = 0x8,
    NF_LOG_NFLOG: u16 = 0x10,
    NF_LOG_MACDECODE: u16 = 0x20,
}}

names! { ENUM_NFPROTO {
    NFPROTO_UNSPEC: u16 = 0,
    NFPROTO_INET: u16 = 1,
    NFPROTO_IPV4: u16 = 2,
    NFPROTO_ARP: u16 = 3,
    NFPROTO_NETDEV: u16 = 5,
    NFPROTO_BRIDGE: u16 = 7,
    NFPROTO_IPV6: u16 = 10,
}}

names! { ENUM_SET_POLICY {
    NFT_SET_POL_PERFORMANCE: u16 = 0,
    NFT_SET_POL_MEMORY: u16 = 1,
}}

names! { ENUM_LIMIT_TYPE {
    NFT_LIMIT_PKTS: u16 = 0,
    NFT_LIMIT_PKT_BYTES: u16 = 1,
}}

names! { ENUM_LIMIT_FLAGS {
    NFT_LIMIT_F_INV: u16 = 0x1,
}}

set! { SET_LOG_ATTRS {
    NFTA_LOG_GROUP = 1: In(Big, &Unsigned(2)),
    NFTA_LOG_PREFIX = 2: Text,
    NFTA_LOG_SNAPLEN = 3: In(Big, &Unsigned(4)),
    NFTA_LOG_QTHRESHOLD = 4: In(Big, &Unsigned(2)),
    NFTA_LOG_LEVEL = 5: In(Big, &Named(4, ENUM_LOG_LEVEL)),
    NFTA_LOG_FLAGS = 6: In(Big, &Flags(4, ENUM_LOG_FLAGS)),
}}

set! { SET_NUMGEN_ATTRS {
    NFTA_NG_DREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_NG_MODULUS = 2: In(Big, &Unsigned(4)),
    NFTA_NG_TYPE = 3: In(Big, &Named(4, ENUM_NUMGEN_TYPES)),
    NFTA_NG_OFFSET = 4: In(Big, &Unsigned(4)),
    NFTA_NG_SET_NAME = 5: Text,
    NFTA_NG_SET_ID = 6: In(Big, &Unsigned(4)),
}}

set! { SET_RANGE_ATTRS {
    NFTA_RANGE_SREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_RANGE_OP = 2: In(Big, &Named(4, ENUM_RANGE_OPS)),
    NFTA_RANGE_FROM_DATA = 3: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_RANGE_TO_DATA = 4: Nest(Known(&SET_DATA_ATTRS)),
}}

set! { SET_BATCH_ATTRS {
    NFNL_BATCH_GENID = 1: In(Big, &Unsigned(4)),
}}

set! { SET_TABLE_ATTRS {
    NFTA_TABLE_NAME = 1: Text,
    NFTA_TABLE_FLAGS = 2: In(Big, &Flags(4, ENUM_TABLE_FLAGS)),
    NFTA_TABLE_USE = 3: In(Big, &Unsigned(4)),
    NFTA_TABLE_HANDLE = 4: In(Big, &Unsigned(8)),
    NFTA_TABLE_PAD = 5: Bytes,
    NFTA_TABLE_USERDATA = 6: Bytes,
    NFTA_TABLE_OWNER = 7: In(Big, &Unsigned(4)),
}}

set! { SET_CHAIN_ATTRS {
    NFTA_CHAIN_TABLE = 1: Text,
    NFTA_CHAIN_HANDLE = 2: In(Big, &Unsigned(8)),
    NFTA_CHAIN_NAME = 3: Text,
    NFTA_CHAIN_HOOK = 4: Nest(Known(&SET_NFT_HOOK_ATTRS)),
    NFTA_CHAIN_POLICY = 5: In(Big, &Unsigned(4)),
    NFTA_CHAIN_USE = 6: In(Big, &Unsigned(4)),
    NFTA_CHAIN_TYPE = 7: Text,
    NFTA_CHAIN_COUNTERS = 8: Nest(Known(&SET_NFT_COUNTER_ATTRS)),
    NFTA_CHAIN_PAD = 9: Bytes,
    NFTA_CHAIN_FLAGS = 10: In(Big, &Flags(4, ENUM_CHAIN_FLAGS)),
    NFTA_CHAIN_ID = 11: In(Big, &Unsigned(4)),
    NFTA_CHAIN_USERDATA = 12: Bytes,
}}

set! { SET_COUNTER_ATTRS {
    NFTA_COUNTER_BYTES = 1: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PACKETS = 2: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PAD = 3: Bytes,
}}

set! { SET_NFT_HOOK_ATTRS {
    NFTA_HOOK_HOOKNUM = 1: In(Big, &Unsigned(4)),
    NFTA_HOOK_PRIORITY = 2: In(Big, &Signed(4)),
    NFTA_HOOK_DEV = 3: Text,
    NFTA_HOOK_DEVS = 4: Nest(Known(&SET_HOOK_DEV_ATTRS)),
}}

set! { SET_HOOK_DEV_ATTRS {
    NFTA_DEVICE_NAME = 1: Text,
    NFTA_DEVICE_PREFIX = 2: Text,
}}

set! { SET_NFT_COUNTER_ATTRS {
    NFTA_COUNTER_BYTES: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PACKETS: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PAD: Bytes,
}}

set! { SET_RULE_ATTRS {
    NFTA_RULE_TABLE = 1: Text,
    NFTA_RULE_CHAIN = 2: Text,
    NFTA_RULE_HANDLE = 3: In(Big, &Unsigned(8)),
    NFTA_RULE_EXPRESSIONS = 4: Nest(Known(&SET_EXPR_LIST_ATTRS)),
    NFTA_RULE_COMPAT = 5: Nest(Known(&SET_RULE_COMPAT_ATTRS)),
    NFTA_RULE_POSITION = 6: In(Big, &Unsigned(8)),
    NFTA_RULE_USERDATA = 7: Bytes,
    NFTA_RULE_PAD = 8: Bytes,
    NFTA_RULE_ID = 9: In(Big, &Unsigned(4)),
    NFTA_RULE_POSITION_ID = 10: In(Big, &Unsigned(4)),
    NFTA_RULE_CHAIN_ID = 11: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_LIST_ATTRS {
    NFTA_LIST_ELEM = 1: Nest(Known(&SET_EXPR_ATTRS)),
}}

set! { SET_EXPR_ATTRS {
    NFTA_EXPR_NAME = 1: Text,
    NFTA_EXPR_DATA = 2: Choice(1, &[
        ("bitwise", None, Known(&SET_EXPR_BITWISE_ATTRS)),
        ("cmp", None, Known(&SET_EXPR_CMP_ATTRS)),
        ("counter", None, Known(&SET_EXPR_COUNTER_ATTRS)),
        ("ct", None, Known(&SET_EXPR_CT_ATTRS)),
        ("fib", None, Known(&SET_EXPR_FIB_ATTRS)),
        ("flow_offload", None, Known(&SET_EXPR_FLOW_OFFLOAD_ATTRS)),
        ("immediate", None, Known(&SET_EXPR_IMMEDIATE_ATTRS)),
        ("log", None, Known(&SET_LOG_ATTRS)),
        ("lookup", None, Known(&SET_EXPR_LOOKUP_ATTRS)),
        ("match", None, Known(&SET_COMPAT_MATCH_ATTRS)),
        ("meta", None, Known(&SET_EXPR_META_ATTRS)),
        ("nat", None, Known(&SET_EXPR_NAT_ATTRS)),
        ("numgen", None, Known(&SET_NUMGEN_ATTRS)),
        ("objref", None, Known(&SET_EXPR_OBJREF_ATTRS)),
        ("payload", None, Known(&SET_EXPR_PAYLOAD_ATTRS)),
        ("quota", None, Known(&SET_QUOTA_ATTRS)),
        ("range", None, Known(&SET_RANGE_ATTRS)),
        ("reject", None, Known(&SET_EXPR_REJECT_ATTRS)),
        ("target", None, Known(&SET_EXPR_TARGET_ATTRS)),
        ("tproxy", None, Known(&SET_EXPR_TPROXY_ATTRS)),
        ("limit", None, Known(&SET_EXPR_LIMIT_ATTRS)),
        ("exthdr", None, Known(&SET_EXPR_EXTHDR_ATTRS)),
        ("hash", None, Known(&SET_EXPR_HASH_ATTRS)),
        ("socket", None, Known(&SET_EXPR_SOCKET_ATTRS)),
        ("redir", None, Known(&SET_EXPR_REDIR_ATTRS)),
        ("dynset", None, Known(&SET_EXPR_DYNSET_ATTRS)),
        ("queue", None, Known(&SET_EXPR_QUEUE_ATTRS)),
        ("rt", None, Known(&SET_EXPR_RT_ATTRS)),
        ("connlimit", None, Known(&SET_EXPR_CONNLIMIT_ATTRS)),
        ("last", None, Known(&SET_EXPR_LAST_ATTRS)),
        ("inner", None, Known(&SET_EXPR_INNER_ATTRS)),
        ("dup", None, Known(&SET_EXPR_DUP_ATTRS)),
        ("fwd", None, Known(&SET_EXPR_FWD_ATTRS)),
        ("masq", None, Known(&SET_EXPR_MASQ_ATTRS)),
    ]),
}}

set! { SET_RULE_COMPAT_ATTRS {
    NFTA_RULE_COMPAT_PROTO = 1: In(Big, &Unsigned(4)),
    NFTA_RULE_COMPAT_FLAGS = 2: In(Big, &Unsigned(4)),
}}

set! { SET_SET_ATTRS {
    NFTA_SET_TABLE = 1: Text,
    NFTA_SET_NAME = 2: Text,
    NFTA_SET_FLAGS = 3: In(Big, &Flags(4, ENUM_SET_FLAGS)),
    NFTA_SET_KEY_TYPE = 4: In(Big, &Unsigned(4)),
    NFTA_SET_KEY_LEN = 5: In(Big, &Unsigned(4)),
    NFTA_SET_DATA_TYPE = 6: In(Big, &Unsigned(4)),
    NFTA_SET_DATA_LEN = 7: In(Big, &Unsigned(4)),
    NFTA_SET_POLICY = 8: In(Big, &Named(4, ENUM_SET_POLICY)),
    NFTA_SET_DESC = 9: Nest(Known(&SET_SET_DESC_ATTRS)),
    NFTA_SET_ID = 10: In(Big, &Unsigned(4)),
    NFTA_SET_TIMEOUT = 11: In(Big, &Unsigned(8)),
    NFTA_SET_GC_INTERVAL = 12: In(Big, &Unsigned(4)),
    NFTA_SET_USERDATA = 13: Bytes,
    NFTA_SET_PAD = 14: Bytes,
    NFTA_SET_OBJ_TYPE = 15: In(Big, &Unsigned(4)),
    NFTA_SET_HANDLE = 16: In(Big, &Unsigned(8)),
    NFTA_SET_EXPR = 17: Nest(Known(&SET_EXPR_ATTRS)),
    NFTA_SET_EXPRESSIONS = 18: Nest(Known(&SET_SET_LIST_ATTRS)),
    NFTA_SET_TYPE = 19: Text,
    NFTA_SET_COUNT = 20: In(Big, &Unsigned(4)),
}}

set! { SET_SET_DESC_ATTRS {
    NFTA_SET_DESC_SIZE = 1: In(Big, &Unsigned(4)),
    NFTA_SET_DESC_CONCAT = 2: Nest(Known(&SET_SET_DESC_CONCAT_ATTRS)),
}}

set! { SET_SET_DESC_CONCAT_ATTRS {
    NFTA_LIST_ELEM: Nest(Known(&SET_SET_FIELD_ATTRS)),
}}

set! { SET_SET_FIELD_ATTRS {
    NFTA_SET_FIELD_LEN = 1: In(Big, &Unsigned(4)),
}}

set! { SET_SET_LIST_ATTRS {
    NFTA_LIST_ELEM: Nest(Known(&SET_EXPR_ATTRS)),
}}

set! { SET_SETELEM_ATTRS {
    NFTA_SET_ELEM_KEY = 1: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_SET_ELEM_DATA = 2: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_SET_ELEM_FLAGS = 3: In(Big, &Flags(4, ENUM_SET_ELEM_FLAGS)),
    NFTA_SET_ELEM_TIMEOUT = 4: In(Big, &Unsigned(8)),
    NFTA_SET_ELEM_EXPIRATION = 5: In(Big, &Unsigned(8)),
    NFTA_SET_ELEM_USERDATA = 6: Bytes,
    NFTA_SET_ELEM_EXPR = 7: Nest(Known(&SET_EXPR_ATTRS)),
    NFTA_SET_ELEM_PAD = 8: Bytes,
    NFTA_SET_ELEM_OBJREF = 9: Text,
    NFTA_SET_ELEM_KEY_END = 10: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_SET_ELEM_EXPRESSIONS = 11: Nest(Known(&SET_EXPR_LIST_ATTRS)),
}}

set! { SET_SETELEM_LIST_ELEM_ATTRS {
    NFTA_LIST_ELEM: Nest(Known(&SET_SETELEM_ATTRS)),
}}

set! { SET_SETELEM_LIST_ATTRS {
    NFTA_SET_ELEM_LIST_TABLE = 1: Text,
    NFTA_SET_ELEM_LIST_SET = 2: Text,
    NFTA_SET_ELEM_LIST_ELEMENTS = 3: Nest(Known(&SET_SETELEM_LIST_ELEM_ATTRS)),
    NFTA_SET_ELEM_LIST_SET_ID = 4: In(Big, &Unsigned(4)),
}}

set! { SET_GEN_ATTRS {
    NFTA_GEN_ID = 1: In(Big, &Unsigned(4)),
    NFTA_GEN_PROC_PID = 2: In(Big, &Unsigned(4)),
    NFTA_GEN_PROC_NAME = 3: Text,
}}

set! { SET_OBJ_ATTRS {
    NFTA_OBJ_TABLE = 1: Text,
    NFTA_OBJ_NAME = 2: Text,
    NFTA_OBJ_TYPE = 3: In(Big, &Named(4, ENUM_OBJECT_TYPE)),
    NFTA_OBJ_DATA = 4: Choice(3, &[
        ("counter", None, Known(&SET_COUNTER_ATTRS)),
        ("quota", None, Known(&SET_QUOTA_ATTRS)),
        ("limit", None, Known(&SET_EXPR_LIMIT_ATTRS)),
        ("connlimit", None, Known(&SET_EXPR_CONNLIMIT_ATTRS)),
        ("ct-helper", None, Known(&SET_OBJ_CT_HELPER_ATTRS)),
        ("ct-timeout", None, Known(&SET_OBJ_CT_TIMEOUT_ATTRS)),
        ("ct-expect", None, Known(&SET_OBJ_CT_EXPECT_ATTRS)),
        ("secmark", None, Known(&SET_OBJ_SECMARK_ATTRS)),
        ("synproxy", None, Known(&SET_OBJ_SYNPROXY_ATTRS)),
    ]),
    NFTA_OBJ_USE = 5: In(Big, &Unsigned(4)),
    NFTA_OBJ_HANDLE = 6: In(Big, &Unsigned(8)),
    NFTA_OBJ_PAD = 7: Bytes,
    NFTA_OBJ_USERDATA = 8: Bytes,
}}

set! { SET_QUOTA_ATTRS {
    NFTA_QUOTA_BYTES = 1: In(Big, &Unsigned(8)),
    NFTA_QUOTA_FLAGS = 2: In(Big, &Flags(4, ENUM_QUOTA_FLAGS)),
    NFTA_QUOTA_PAD = 3: Bytes,
    NFTA_QUOTA_CONSUMED = 4: In(Big, &Unsigned(8)),
}}

set! { SET_FLOWTABLE_ATTRS {
    NFTA_FLOWTABLE_TABLE = 1: Text,
    NFTA_FLOWTABLE_NAME = 2: Text,
    NFTA_FLOWTABLE_HOOK = 3: Nest(Known(&SET_FLOWTABLE_HOOK_ATTRS)),
    NFTA_FLOWTABLE_USE = 4: In(Big, &Unsigned(4)),
    NFTA_FLOWTABLE_HANDLE = 5: In(Big, &Unsigned(8)),
    NFTA_FLOWTABLE_PAD = 6: Bytes,
    NFTA_FLOWTABLE_FLAGS = 7: In(Big, &Unsigned(4)),
}}

set! { SET_FLOWTABLE_HOOK_ATTRS {
    NFTA_FLOWTABLE_HOOK_NUM = 1: In(Big, &Unsigned(4)),
    NFTA_FLOWTABLE_HOOK_PRIORITY = 2: In(Big, &Signed(4)),
    NFTA_FLOWTABLE_HOOK_DEVS = 3: Nest(Known(&SET_HOOK_DEV_ATTRS)),
}}

set! { SET_EXPR_BITWISE_ATTRS {
    NFTA_BITWISE_SREG = 1: In(Big, &Unsigned(4)),
    NFTA_BITWISE_DREG = 2: In(Big, &Unsigned(4)),
    NFTA_BITWISE_LEN = 3: In(Big, &Unsigned(4)),
    NFTA_BITWISE_MASK = 4: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_BITWISE_XOR = 5: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_BITWISE_OP = 6: In(Big, &Named(4, ENUM_BITWISE_OPS)),
    NFTA_BITWISE_DATA = 7: Nest(Known(&SET_DATA_ATTRS)),
    NFTA_BITWISE_SREG2 = 8: In(Big, &Named(4, ENUM_REGISTERS)),
}}

set! { SET_EXPR_CMP_ATTRS {
    NFTA_CMP_SREG = 1: In(Big, &Unsigned(4)),
    NFTA_CMP_OP = 2: In(Big, &Named(4, ENUM_CMP_OPS)),
    NFTA_CMP_DATA = 3: Nest(Known(&SET_DATA_ATTRS)),
}}

set! { SET_DATA_ATTRS {
    NFTA_DATA_VALUE = 1: Bytes,
    NFTA_DATA_VERDICT = 2: Nest(Known(&SET_VERDICT_ATTRS)),
}}

set! { SET_VERDICT_ATTRS {
    NFTA_VERDICT_CODE = 1: In(Big, &Named(4, ENUM_VERDICT_CODE)),
    NFTA_VERDICT_CHAIN = 2: Text,
    NFTA_VERDICT_CHAIN_ID = 3: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_COUNTER_ATTRS {
    NFTA_COUNTER_BYTES: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PACKETS: In(Big, &Unsigned(8)),
    NFTA_COUNTER_PAD: Bytes,
}}

set! { SET_EXPR_FIB_ATTRS {
    NFTA_FIB_DREG = 1: In(Big, &Unsigned(4)),
    NFTA_FIB_RESULT = 2: In(Big, &Named(4, ENUM_FIB_RESULT)),
    NFTA_FIB_FLAGS = 3: In(Big, &Flags(4, ENUM_FIB_FLAGS)),
}}

set! { SET_EXPR_CT_ATTRS {
    NFTA_CT_DREG = 1: In(Big, &Unsigned(4)),
    NFTA_CT_KEY = 2: In(Big, &Named(4, ENUM_CT_KEYS)),
    NFTA_CT_DIRECTION = 3: Named(1, ENUM_CT_DIRECTION),
    NFTA_CT_SREG = 4: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_FLOW_OFFLOAD_ATTRS {
    NFTA_FLOW_TABLE_NAME = 1: Text,
}}

set! { SET_EXPR_IMMEDIATE_ATTRS {
    NFTA_IMMEDIATE_DREG = 1: In(Big, &Unsigned(4)),
    NFTA_IMMEDIATE_DATA = 2: Nest(Known(&SET_DATA_ATTRS)),
}}

set! { SET_EXPR_LOOKUP_ATTRS {
    NFTA_LOOKUP_SET = 1: Text,
    NFTA_LOOKUP_SREG = 2: In(Big, &Unsigned(4)),
    NFTA_LOOKUP_DREG = 3: In(Big, &Unsigned(4)),
    NFTA_LOOKUP_SET_ID = 4: In(Big, &Unsigned(4)),
    NFTA_LOOKUP_FLAGS = 5: In(Big, &Flags(4, ENUM_LOOKUP_FLAGS)),
}}

set! { SET_EXPR_MASQ_ATTRS {
    NFTA_MASQ_FLAGS = 1: In(Big, &Flags(4, ENUM_NAT_RANGE_FLAGS)),
    NFTA_MASQ_REG_PROTO_MIN = 2: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_MASQ_REG_PROTO_MAX = 3: In(Big, &Named(4, ENUM_REGISTERS)),
}}

set! { SET_EXPR_META_ATTRS {
    NFTA_META_DREG = 1: In(Big, &Unsigned(4)),
    NFTA_META_KEY = 2: In(Big, &Named(4, ENUM_META_KEYS)),
    NFTA_META_SREG = 3: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_NAT_ATTRS {
    NFTA_NAT_TYPE = 1: In(Big, &Unsigned(4)),
    NFTA_NAT_FAMILY = 2: In(Big, &Unsigned(4)),
    NFTA_NAT_REG_ADDR_MIN = 3: In(Big, &Unsigned(4)),
    NFTA_NAT_REG_ADDR_MAX = 4: In(Big, &Unsigned(4)),
    NFTA_NAT_REG_PROTO_MIN = 5: In(Big, &Unsigned(4)),
    NFTA_NAT_REG_PROTO_MAX = 6: In(Big, &Unsigned(4)),
    NFTA_NAT_FLAGS = 7: In(Big, &Flags(4, ENUM_NAT_RANGE_FLAGS)),
}}

set! { SET_EXPR_PAYLOAD_ATTRS {
    NFTA_PAYLOAD_DREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_PAYLOAD_BASE = 2: In(Big, &Named(4, ENUM_PAYLOAD_BASE)),
    NFTA_PAYLOAD_OFFSET = 3: In(Big, &Unsigned(4)),
    NFTA_PAYLOAD_LEN = 4: In(Big, &Unsigned(4)),
    NFTA_PAYLOAD_SREG = 5: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_PAYLOAD_CSUM_TYPE = 6: In(Big, &Unsigned(4)),
    NFTA_PAYLOAD_CSUM_OFFSET = 7: In(Big, &Unsigned(4)),
    NFTA_PAYLOAD_CSUM_FLAGS = 8: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_REJECT_ATTRS {
    NFTA_REJECT_TYPE = 1: In(Big, &Named(4, ENUM_REJECT_TYPES)),
    NFTA_REJECT_ICMP_CODE = 2: Unsigned(1),
}}

set! { SET_EXPR_TARGET_ATTRS {
    NFTA_TARGET_NAME = 1: Text,
    NFTA_TARGET_REV = 2: In(Big, &Unsigned(4)),
    NFTA_TARGET_INFO = 3: Bytes,
}}

set! { SET_EXPR_TPROXY_ATTRS {
    NFTA_TPROXY_FAMILY = 1: In(Big, &Unsigned(4)),
    NFTA_TPROXY_REG_ADDR = 2: In(Big, &Unsigned(4)),
    NFTA_TPROXY_REG_PORT = 3: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_OBJREF_ATTRS {
    NFTA_OBJREF_IMM_TYPE = 1: In(Big, &Unsigned(4)),
    NFTA_OBJREF_IMM_NAME = 2: Text,
    NFTA_OBJREF_SET_SREG = 3: In(Big, &Unsigned(4)),
    NFTA_OBJREF_SET_NAME = 4: Text,
    NFTA_OBJREF_SET_ID = 5: In(Big, &Unsigned(4)),
}}

set! { SET_COMPAT_TARGET_ATTRS {
    NFTA_TARGET_NAME: Text,
    NFTA_TARGET_REV: In(Big, &Unsigned(4)),
    NFTA_TARGET_INFO: Bytes,
}}

set! { SET_COMPAT_MATCH_ATTRS {
    NFTA_MATCH_NAME = 1: Text,
    NFTA_MATCH_REV = 2: In(Big, &Unsigned(4)),
    NFTA_MATCH_INFO = 3: Bytes,
}}

set! { SET_COMPAT_ATTRS {
    NFTA_COMPAT_NAME = 1: Text,
    NFTA_COMPAT_REV = 2: In(Big, &Unsigned(4)),
    NFTA_COMPAT_TYPE = 3: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_LIMIT_ATTRS {
    NFTA_LIMIT_RATE = 1: In(Big, &Unsigned(8)),
    NFTA_LIMIT_UNIT = 2: In(Big, &Unsigned(8)),
    NFTA_LIMIT_BURST = 3: In(Big, &Unsigned(4)),
    NFTA_LIMIT_TYPE = 4: In(Big, &Named(4, ENUM_LIMIT_TYPE)),
    NFTA_LIMIT_FLAGS = 5: In(Big, &Flags(4, ENUM_LIMIT_FLAGS)),
    NFTA_LIMIT_PAD = 6: Bytes,
}}

set! { SET_EXPR_EXTHDR_ATTRS {
    NFTA_EXTHDR_DREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_EXTHDR_TYPE = 2: Unsigned(1),
    NFTA_EXTHDR_OFFSET = 3: In(Big, &Unsigned(4)),
    NFTA_EXTHDR_LEN = 4: In(Big, &Unsigned(4)),
    NFTA_EXTHDR_FLAGS = 5: In(Big, &Bits(4)),
    NFTA_EXTHDR_OP = 6: In(Big, &Unsigned(4)),
    NFTA_EXTHDR_SREG = 7: In(Big, &Named(4, ENUM_REGISTERS)),
}}

set! { SET_EXPR_HASH_ATTRS {
    NFTA_HASH_SREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_HASH_DREG = 2: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_HASH_LEN = 3: In(Big, &Unsigned(4)),
    NFTA_HASH_MODULUS = 4: In(Big, &Unsigned(4)),
    NFTA_HASH_SEED = 5: In(Big, &Unsigned(4)),
    NFTA_HASH_OFFSET = 6: In(Big, &Unsigned(4)),
    NFTA_HASH_TYPE = 7: In(Big, &Unsigned(4)),
    NFTA_HASH_SET_NAME = 8: Text,
    NFTA_HASH_SET_ID = 9: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_SOCKET_ATTRS {
    NFTA_SOCKET_KEY = 1: In(Big, &Unsigned(4)),
    NFTA_SOCKET_DREG = 2: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_SOCKET_LEVEL = 3: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_REDIR_ATTRS {
    NFTA_REDIR_REG_PROTO_MIN = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_REDIR_REG_PROTO_MAX = 2: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_REDIR_FLAGS = 3: In(Big, &Flags(4, ENUM_NAT_RANGE_FLAGS)),
}}

set! { SET_EXPR_DYNSET_ATTRS {
    NFTA_DYNSET_SET_NAME = 1: Text,
    NFTA_DYNSET_SET_ID = 2: In(Big, &Unsigned(4)),
    NFTA_DYNSET_OP = 3: In(Big, &Unsigned(4)),
    NFTA_DYNSET_SREG_KEY = 4: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_DYNSET_SREG_DATA = 5: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_DYNSET_TIMEOUT = 6: In(Big, &Unsigned(8)),
    NFTA_DYNSET_EXPR = 7: Nest(Known(&SET_EXPR_ATTRS)),
    NFTA_DYNSET_PAD = 8: Bytes,
    NFTA_DYNSET_FLAGS = 9: In(Big, &Bits(4)),
    NFTA_DYNSET_EXPRESSIONS = 10: Nest(Known(&SET_EXPR_LIST_ATTRS)),
}}

set! { SET_EXPR_QUEUE_ATTRS {
    NFTA_QUEUE_NUM = 1: In(Big, &Unsigned(2)),
    NFTA_QUEUE_TOTAL = 2: In(Big, &Unsigned(2)),
    NFTA_QUEUE_FLAGS = 3: In(Big, &Bits(2)),
    NFTA_QUEUE_SREG_QNUM = 4: In(Big, &Named(4, ENUM_REGISTERS)),
}}

set! { SET_EXPR_RT_ATTRS {
    NFTA_RT_DREG = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_RT_KEY = 2: In(Big, &Unsigned(4)),
}}

set! { SET_EXPR_CONNLIMIT_ATTRS {
    NFTA_CONNLIMIT_COUNT = 1: In(Big, &Unsigned(4)),
    NFTA_CONNLIMIT_FLAGS = 2: In(Big, &Bits(4)),
}}

set! { SET_EXPR_LAST_ATTRS {
    NFTA_LAST_SET = 1: In(Big, &Unsigned(4)),
    NFTA_LAST_MSECS = 2: In(Big, &Unsigned(8)),
    NFTA_LAST_PAD = 3: Bytes,
}}

set! { SET_EXPR_INNER_ATTRS {
    NFTA_INNER_NUM = 1: In(Big, &Unsigned(4)),
    NFTA_INNER_TYPE = 2: In(Big, &Unsigned(4)),
    NFTA_INNER_FLAGS = 3: In(Big, &Bits(4)),
    NFTA_INNER_HDRSIZE = 4: In(Big, &Unsigned(4)),
    NFTA_INNER_EXPR = 5: Nest(Known(&SET_EXPR_ATTRS)),
}}

set! { SET_EXPR_DUP_ATTRS {
    NFTA_DUP_SREG_ADDR = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_DUP_SREG_DEV = 2: In(Big, &Named(4, ENUM_REGISTERS)),
}}

set! { SET_EXPR_FWD_ATTRS {
    NFTA_FWD_SREG_DEV = 1: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_FWD_SREG_ADDR = 2: In(Big, &Named(4, ENUM_REGISTERS)),
    NFTA_FWD_NFPROTO = 3: In(Big, &Unsigned(4)),
}}

set! { SET_OBJ_CT_HELPER_ATTRS {
    NFTA_CT_HELPER_NAME = 1: Text,
    NFTA_CT_HELPER_L3PROTO = 2: In(Big, &Unsigned(2)),
    NFTA_CT_HELPER_L4PROTO = 3: Unsigned(1),
}}

set! { SET_OBJ_CT_TIMEOUT_ATTRS {
    NFTA_CT_TIMEOUT_L3PROTO = 1: In(Big, &Unsigned(2)),
    NFTA_CT_TIMEOUT_L4PROTO = 2: Unsigned(1),
    NFTA_CT_TIMEOUT_DATA = 3: Bytes,
}}

set! { SET_OBJ_CT_EXPECT_ATTRS {
    NFTA_CT_EXPECT_L3PROTO = 1: In(Big, &Unsigned(2)),
    NFTA_CT_EXPECT_L4PROTO = 2: Unsigned(1),
    NFTA_CT_EXPECT_DPORT = 3: In(Big, &Unsigned(2)),
    NFTA_CT_EXPECT_TIMEOUT = 4: Unsigned(4),
    NFTA_CT_EXPECT_SIZE = 5: Unsigned(1),
}}

set! { SET_OBJ_SECMARK_ATTRS {
    NFTA_SECMARK_CTX = 1: Text,
}}

set! { SET_OBJ_SYNPROXY_ATTRS {
    NFTA_SYNPROXY_MSS = 1: In(Big, &Unsigned(2)),
    NFTA_SYNPROXY_WSCALE = 2: Unsigned(1),
    NFTA_SYNPROXY_FLAGS = 3: In(Big, &Bits(4)),
}}

set! { SET_TRACE_ATTRS {
    NFTA_TRACE_TABLE = 1: Text,
    NFTA_TRACE_CHAIN = 2: Text,
    NFTA_TRACE_RULE_HANDLE = 3: In(Big, &Unsigned(8)),
    NFTA_TRACE_TYPE = 4: In(Big, &Unsigned(4)),
    NFTA_TRACE_VERDICT = 5: Nest(Known(&SET_VERDICT_ATTRS)),
    NFTA_TRACE_ID = 6: In(Big, &Unsigned(4)),
    NFTA_TRACE_LL_HEADER = 7: Bytes,
    NFTA_TRACE_NETWORK_HEADER = 8: Bytes,
    NFTA_TRACE_TRANSPORT_HEADER = 9: Bytes,
    NFTA_TRACE_IIF = 10: In(Big, &Unsigned(4)),
    NFTA_TRACE_IIFTYPE = 11: In(Big, &Unsigned(2)),
    NFTA_TRACE_OIF = 12: In(Big, &Unsigned(4)),
    NFTA_TRACE_OIFTYPE = 13: In(Big, &Unsigned(2)),
    NFTA_TRACE_MARK = 14: In(Big, &Unsigned(4)),
    NFTA_TRACE_NFPROTO = 15: In(Big, &Unsigned(4)),
    NFTA_TRACE_POLICY = 16: In(Big, &Unsigned(4)),
    NFTA_TRACE_PAD = 17: Bytes,
    NFTA_TRACE_CT_ID = 18: In(Big, &Unsigned(4)),
    NFTA_TRACE_CT_DIRECTION = 19: Unsigned(1),
    NFTA_TRACE_CT_STATUS = 20: In(Big, &Unsigned(4)),
    NFTA_TRACE_CT_STATE = 21: In(Big, &Unsigned(4)),
}}

messages! {
    NFT_MSG_BATCH_BEGIN = 16: Some(&STRUCT_NFGENMSG), Known(&SET_BATCH_ATTRS);
    NFT_MSG_BATCH_END = 17: Some(&STRUCT_NFGENMSG), Known(&SET_BATCH_ATTRS);
    NFT_MSG_NEWTABLE = 2560: Some(&STRUCT_NFGENMSG), Known(&SET_TABLE_ATTRS);
    NFT_MSG_GETTABLE = 2561: Some(&STRUCT_NFGENMSG), Known(&SET_TABLE_ATTRS);
    NFT_MSG_DELTABLE = 2562: Some(&STRUCT_NFGENMSG), Known(&SET_TABLE_ATTRS);
    NFT_MSG_NEWCHAIN = 2563: Some(&STRUCT_NFGENMSG), Known(&SET_CHAIN_ATTRS);
    NFT_MSG_GETCHAIN = 2564: Some(&STRUCT_NFGENMSG), Known(&SET_CHAIN_ATTRS);
    NFT_MSG_DELCHAIN = 2565: Some(&STRUCT_NFGENMSG), Known(&SET_CHAIN_ATTRS);
    NFT_MSG_NEWRULE = 2566: Some(&STRUCT_NFGENMSG), Known(&SET_RULE_ATTRS);
    NFT_MSG_GETRULE = 2567: Some(&STRUCT_NFGENMSG), Known(&SET_RULE_ATTRS);
    NFT_MSG_DELRULE = 2568: Some(&STRUCT_NFGENMSG), Known(&SET_RULE_ATTRS);
    NFT_MSG_NEWSET = 2569: Some(&STRUCT_NFGENMSG), Known(&SET_SET_ATTRS);
    NFT_MSG_GETSET = 2570: Some(&STRUCT_NFGENMSG), Known(&SET_SET_ATTRS);
    NFT_MSG_DELSET = 2571: Some(&STRUCT_NFGENMSG), Known(&SET_SET_ATTRS);
    NFT_MSG_NEWSETELEM = 2572: Some(&STRUCT_NFGENMSG), Known(&SET_SETELEM_LIST_ATTRS);
    NFT_MSG_GETSETELEM = 2573: Some(&STRUCT_NFGENMSG), Known(&SET_SETELEM_LIST_ATTRS);
    NFT_MSG_DELSETELEM = 2574: Some(&STRUCT_NFGENMSG), Known(&SET_SETELEM_LIST_ATTRS);
    NFT_MSG_NEWGEN = 2575: Some(&STRUCT_NFGENMSG), Known(&SET_GEN_ATTRS);
    NFT_MSG_GETGEN = 2576: Some(&STRUCT_NFGENMSG), Known(&SET_GEN_ATTRS);
    NFT_MSG_TRACE = 2577: Some(&STRUCT_NFGENMSG), Known(&SET_TRACE_ATTRS);
    NFT_MSG_NEWOBJ = 2578: Some(&STRUCT_NFGENMSG), Known(&SET_OBJ_ATTRS);
    NFT_MSG_GETOBJ = 2579: Some(&STRUCT_NFGENMSG), Known(&SET_OBJ_ATTRS);
    NFT_MSG_DELOBJ = 2580: Some(&STRUCT_NFGENMSG), Known(&SET_OBJ_ATTRS);
    NFT_MSG_GETOBJ_RESET = 2581: Some(&STRUCT_NFGENMSG), Known(&SET_OBJ_ATTRS);
    NFT_MSG_NEWFLOWTABLE = 2582: Some(&STRUCT_NFGENMSG), Known(&SET_FLOWTABLE_ATTRS);
    NFT_MSG_GETFLOWTABLE = 2583: Some(&STRUCT_NFGENMSG), Known(&SET_FLOWTABLE_ATTRS);
    NFT_MSG_DELFLOWTABLE = 2584: Some(&STRUCT_NFGENMSG), Known(&SET_FLOWTABLE_ATTRS);
    NFT_MSG_GETRULE_RESET = 2585: Some(&STRUCT_NFGENMSG), Known(&SET_RULE_ATTRS);
    NFT_MSG_DESTROYTABLE = 2586: Some(&STRUCT_NFGENMSG), Known(&SET_TABLE_ATTRS);
    NFT_MSG_DESTROYCHAIN = 2587: Some(&STRUCT_NFGENMSG), Known(&SET_CHAIN_ATTRS);
    NFT_MSG_DESTROYRULE = 2588: Some(&STRUCT_NFGENMSG), Known(&SET_RULE_ATTRS);
    NFT_MSG_DESTROYSET = 2589: Some(&STRUCT_NFGENMSG), Known(&SET_SET_ATTRS);
    NFT_MSG_DESTROYSETELEM = 2590: Some(&STRUCT_NFGENMSG), Known(&SET_SETELEM_LIST_ATTRS);
    NFT_MSG_DESTROYOBJ = 2591: Some(&STRUCT_NFGENMSG), Known(&SET_OBJ_ATTRS);
    NFT_MSG_DESTROYFLOWTABLE = 2592: Some(&STRUCT_NFGENMSG), Known(&SET_FLOWTABLE_ATTRS);
    NFT_MSG_GETSETELEM_RESET = 2593: Some(&STRUCT_NFGENMSG), Known(&SET_SETELEM_LIST_ATTRS);
}
