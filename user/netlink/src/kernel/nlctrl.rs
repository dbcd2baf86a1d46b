// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from Documentation/netlink/specs/nlctrl.yaml, spec/kernel/nlctrl.yaml by parley-spec;
// do not edit.

//! The tables of nlctrl.

#[allow(unused_imports)]
use super::{Kind::*, Order::*, Set::*, BITFIELD32};

names! { ENUM_OP_FLAGS {
    GENL_ADMIN_PERM: u16 = 0x1,
    GENL_CMD_CAP_DO: u16 = 0x2,
    GENL_CMD_CAP_DUMP: u16 = 0x4,
    GENL_CMD_CAP_HASPOL: u16 = 0x8,
    GENL_UNS_ADMIN_PERM: u16 = 0x10,
}}

names! { ENUM_ATTR_TYPE {
    NL_ATTR_TYPE_INVALID: u16 = 0,
    NL_ATTR_TYPE_FLAG: u16 = 1,
    NL_ATTR_TYPE_U8: u16 = 2,
    NL_ATTR_TYPE_U16: u16 = 3,
    NL_ATTR_TYPE_U32: u16 = 4,
    NL_ATTR_TYPE_U64: u16 = 5,
    NL_ATTR_TYPE_S8: u16 = 6,
    NL_ATTR_TYPE_S16: u16 = 7,
    NL_ATTR_TYPE_S32: u16 = 8,
    NL_ATTR_TYPE_S64: u16 = 9,
    NL_ATTR_TYPE_BINARY: u16 = 10,
    NL_ATTR_TYPE_STRING: u16 = 11,
    NL_ATTR_TYPE_NUL_STRING: u16 = 12,
    NL_ATTR_TYPE_NESTED: u16 = 13,
    NL_ATTR_TYPE_NESTED_ARRAY: u16 = 14,
    NL_ATTR_TYPE_BITFIELD32: u16 = 15,
    NL_ATTR_TYPE_SINT: u16 = 16,
    NL_ATTR_TYPE_UINT: u16 = 17,
}}

set! { SET_CTRL_ATTRS {
    CTRL_ATTR_FAMILY_ID = 1: Unsigned(2),
    CTRL_ATTR_FAMILY_NAME = 2: Text,
    CTRL_ATTR_VERSION = 3: Unsigned(4),
    CTRL_ATTR_HDRSIZE = 4: Unsigned(4),
    CTRL_ATTR_MAXATTR = 5: Unsigned(4),
    CTRL_ATTR_OPS = 6: Nest(Each("op", &Nest(Known(&SET_OP_ATTRS)))),
    CTRL_ATTR_MCAST_GROUPS = 7: Nest(Each("mcast-group", &Nest(Known(&SET_MCAST_GROUP_ATTRS)))),
    CTRL_ATTR_POLICY = 8: Nest(Each("policy-id", &Nest(Each("attr-id", &Nest(Known(&SET_POLICY_ATTRS)))))),
    CTRL_ATTR_OP_POLICY = 9: Nest(Each("op-id", &Nest(Known(&SET_OP_POLICY_ATTRS)))),
    CTRL_ATTR_OP = 10: Unsigned(4),
}}

set! { SET_MCAST_GROUP_ATTRS {
    CTRL_ATTR_MCAST_GRP_NAME = 1: Text,
    CTRL_ATTR_MCAST_GRP_ID = 2: Unsigned(4),
}}

set! { SET_OP_ATTRS {
    CTRL_ATTR_OP_ID = 1: Unsigned(4),
    CTRL_ATTR_OP_FLAGS = 2: Flags(4, ENUM_OP_FLAGS),
}}

set! { SET_POLICY_ATTRS {
    NL_POLICY_TYPE_ATTR_TYPE = 1: Named(4, ENUM_ATTR_TYPE),
    NL_POLICY_TYPE_ATTR_MIN_VALUE_S = 2: Signed(8),
    NL_POLICY_TYPE_ATTR_MAX_VALUE_S = 3: Signed(8),
    NL_POLICY_TYPE_ATTR_MIN_VALUE_U = 4: Unsigned(8),
    NL_POLICY_TYPE_ATTR_MAX_VALUE_U = 5: Unsigned(8),
    NL_POLICY_TYPE_ATTR_MIN_LENGTH = 6: Unsigned(4),
    NL_POLICY_TYPE_ATTR_MAX_LENGTH = 7: Unsigned(4),
    NL_POLICY_TYPE_ATTR_POLICY_IDX = 8: Unsigned(4),
    NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE = 9: Unsigned(4),
    NL_POLICY_TYPE_ATTR_BITFIELD32_MASK = 10: Unsigned(4),
    NL_POLICY_TYPE_ATTR_PAD = 11: Bytes,
    NL_POLICY_TYPE_ATTR_MASK = 12: Unsigned(8),
}}

set! { SET_OP_POLICY_ATTRS {
    CTRL_ATTR_POLICY_DO = 1: Unsigned(4),
    CTRL_ATTR_POLICY_DUMP = 2: Unsigned(4),
}}

messages! {
    CTRL_CMD_NEWFAMILY = 1: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_DELFAMILY = 2: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_GETFAMILY = 3: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_NEWOPS = 4: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_DELOPS = 5: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_GETOPS = 6: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_NEWMCAST_GRP = 7: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_DELMCAST_GRP = 8: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_GETMCAST_GRP = 9: None, Known(&SET_CTRL_ATTRS);
    CTRL_CMD_GETPOLICY = 10: None, Known(&SET_CTRL_ATTRS);
}
