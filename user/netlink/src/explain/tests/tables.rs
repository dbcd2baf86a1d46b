// SPDX-License-Identifier: MIT OR Apache-2.0

//! The tables from the kernel's specs, and attributes that depend on another attribute's
//! value.

use super::messages::{notification, taken_apart, NETFILTER, ROUTE};
use super::*;
use crate::kernel::numbers as n;

const LINK: [u8; 16] = [0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const INET_ROUTE: [u8; 12] = [2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];

/// Attributes with these numbers and values.
fn nest(attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Attributes::new(&mut bytes);
    for (number, value) in attributes {
        writer.bytes(*number, value).unwrap();
    }
    bytes
}

/// Checks the meaning of fields in a message that is valid.
fn shown(message: &[u8], protocol: u16, fields: &[(&str, &str)]) {
    let explained = taken_apart(message, protocol);
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    for (name, wanted) in fields {
        assert_eq!(meaning(&explained, name), *wanted, "{name}");
    }
}

/// A link of this kind, with a master of this kind.
fn link(kind: &[u8], data: &[u8], master: &[u8], part: &[u8]) -> Vec<u8> {
    let info = nest(&[(1, kind), (2, data), (4, master), (5, part)]);
    notification(n::RTM_NEWLINK, &LINK, &[(n::IFLA_LINKINFO, &info)])
}

#[test]
fn every_attribute_of_a_link_has_the_name_that_the_kernel_has() {
    let table = rtnetlink::SET_LINK_ATTRS.0;
    assert!(table.len() >= 69, "{}", table.len());
    for (place, (number, name, _)) in table.iter().enumerate() {
        assert_eq!(usize::from(*number), place + 1, "{name}");
        assert!(name.starts_with("IFLA_"), "{name}");
        let message = notification(n::RTM_NEWLINK, &LINK, &[(*number, &[])]);
        let explained = taken_apart(&message, ROUTE);
        let wanted = format!("{number}: {name}");
        assert_eq!(meaning(&explained, "nla_type"), wanted);
    }
}

#[test]
fn what_a_link_is_set_up_with_is_known_by_its_kind() {
    // Kinds that the kernel's spec has, one with a nest in its nest.
    let info = nest(&[(n::IFLA_BOND_AD_INFO_NUM_PORTS, &2u16.to_ne_bytes())]);
    let bond = nest(&[(n::IFLA_BOND_AD_INFO, &info)]);
    let port = nest(&[(n::IFLA_BRPORT_GROUP_FWD_MASK, &4u16.to_ne_bytes())]);
    shown(
        &link(b"bond\0", &bond, b"bridge\0", &port),
        ROUTE,
        &[
            ("IFLA_BOND_AD_INFO_NUM_PORTS", "2"),
            ("IFLA_BRPORT_GROUP_FWD_MASK", "4"),
        ],
    );
    // Kinds that it lacks.
    let vxlan = nest(&[
        (n::IFLA_VXLAN_ID, &42u32.to_ne_bytes()),
        (n::IFLA_VXLAN_PORT, &4789u16.to_be_bytes()),
    ]);
    let vrf = nest(&[(n::IFLA_VRF_PORT_TABLE, &254u32.to_ne_bytes())]);
    shown(
        &link(b"vxlan\0", &vxlan, b"vrf", &vrf),
        ROUTE,
        &[
            ("IFLA_VXLAN_ID", "42 (0x2a)"),
            ("IFLA_VXLAN_PORT", "4789 (0x12b5)"),
            ("IFLA_VRF_PORT_TABLE", "254: RT_TABLE_MAIN"),
        ],
    );
    // The data of an unknown kind are guessed.
    let link = link(b"next\0", &vxlan, b"", &[]);
    let explained = taken_apart(&link, ROUTE);
    assert!(find(&explained, "IFLA_VXLAN_ID").is_none());
    let guess = |field: &Field| field.meaning == "42 (0x2a) (a guess)";
    assert!(explained.fields.iter().any(guess));
}

#[test]
fn an_encapsulation_is_known_by_the_number_of_its_type() {
    let ip = nest(&[(n::LWTUNNEL_IP_DST, &[192, 0, 2, 1])]);
    let kind = n::LWTUNNEL_ENCAP_IP.to_ne_bytes();
    // The type follows the attribute whose table it selects.
    let attributes = [(n::RTA_ENCAP, &ip[..]), (n::RTA_ENCAP_TYPE, &kind)];
    shown(
        &notification(n::RTM_NEWROUTE, &INET_ROUTE, &attributes),
        ROUTE,
        &[
            ("LWTUNNEL_IP_DST", "192.0.2.1"),
            ("RTA_ENCAP_TYPE", "2: LWTUNNEL_ENCAP_IP"),
        ],
    );
}

#[test]
fn an_expression_is_known_by_its_name_and_an_object_by_its_type() {
    let cmp = nest(&[(n::NFTA_CMP_OP, &1u32.to_be_bytes())]);
    let expression = nest(&[(n::NFTA_EXPR_NAME, b"cmp\0"), (n::NFTA_EXPR_DATA, &cmp)]);
    let list = nest(&[(n::NFTA_LIST_ELEM, &expression)]);
    shown(
        &notification(
            n::NFT_MSG_NEWRULE,
            &[2, 0, 0, 5],
            &[(n::NFTA_RULE_EXPRESSIONS, &list)],
        ),
        NETFILTER,
        &[("NFTA_CMP_OP", "1: NFT_CMP_NEQ"), ("res_id", "5")],
    );
    let quota = nest(&[(n::NFTA_QUOTA_BYTES, &9u64.to_be_bytes())]);
    let kind = u32::from(n::NFT_OBJECT_QUOTA).to_be_bytes();
    let attributes = [(n::NFTA_OBJ_TYPE, &kind[..]), (n::NFTA_OBJ_DATA, &quota)];
    shown(
        &notification(n::NFT_MSG_NEWOBJ, &[2, 0, 0, 5], &attributes),
        NETFILTER,
        &[
            ("NFTA_OBJ_TYPE", "2: NFT_OBJECT_QUOTA"),
            ("NFTA_QUOTA_BYTES", "9"),
        ],
    );
}

#[test]
fn the_settings_of_a_link_are_numbers_with_names() {
    let settings: Vec<u8> = [1u32, 0].into_iter().flat_map(u32::to_ne_bytes).collect();
    let inet = nest(&[(n::IFLA_INET_CONF, &settings)]);
    let families = nest(&[(n::AF_INET, &inet)]);
    shown(
        &notification(n::RTM_NEWLINK, &LINK, &[(n::IFLA_AF_SPEC, &families)]),
        ROUTE,
        &[("forwarding", "1"), ("mc-forwarding", "0")],
    );
}

#[test]
fn flags_of_an_ip6tnl_have_the_hosts_order_and_a_guid_is_aligned() {
    let flags = nest(&[(n::IFLA_IPTUN_FLAGS, &65538u32.to_ne_bytes())]);
    let message = link(b"ip6tnl\0", &flags, b"", &[]);
    shown(&message, ROUTE, &[("IFLA_IPTUN_FLAGS", "65538 (0x10002)")]);
    let flags = nest(&[(n::IFLA_IPTUN_FLAGS, &1u16.to_be_bytes())]);
    let message = link(b"sit\0", &flags, b"", &[]);
    shown(&message, ROUTE, &[("IFLA_IPTUN_FLAGS", "1")]);

    let guid: Vec<u8> = [3u64, 5].into_iter().flat_map(u64::to_le_bytes).collect();
    let guid = nest(&[(n::IFLA_VF_IB_NODE_GUID, &guid)]);
    let list = nest(&[(n::IFLA_VF_INFO, &guid)]);
    let message = notification(n::RTM_NEWLINK, &LINK, &[(n::IFLA_VFINFO_LIST, &list)]);
    let explained = taken_apart(&message, ROUTE);
    let guid = find(&explained, "guid").unwrap();
    assert_eq!((guid.offset + 8, guid.len), (message.len(), 8));
}

#[test]
fn an_error_names_an_attribute_in_what_a_kind_chose() {
    let vxlan = nest(&[(n::IFLA_VXLAN_ID, &42u32.to_ne_bytes())]);
    let mut request = link(b"vxlan\0", &vxlan, b"", &[]);
    request[6..8].copy_from_slice(&(flags::REQUEST | flags::ACK).to_ne_bytes());
    let mut context = context();
    let sent = context.explain(of(&request, ROUTE, Direction::ToKernel));
    let at = find(&sent, "IFLA_VXLAN_ID").unwrap().offset - 4;
    let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
    payload.extend_from_slice(&request);
    payload.extend(nest(&[(2, &(at as u32).to_ne_bytes())]));
    let error = own(2, flags::ACK_TLVS, &payload);
    let explained = context.explain(of(&error, ROUTE, Direction::FromKernel));
    let wanted = format!("{at}: IFLA_VXLAN_ID of the request");
    let says = |field: &Field| field.meaning == wanted;
    assert!(explained.fields.iter().any(says), "{wanted}");
}

proptest! {
    #[test]
    fn every_byte_is_explained_once_where_a_message_of_the_kernels_is_mangled(
        at in 16usize..120, with: u8, also in 16usize..120, by: u8, which in 0..3,
    ) {
        let info = nest(&[(1, &[2, 0])]);
        let bond = nest(&[(n::IFLA_BOND_AD_INFO, &info), (n::IFLA_BOND_MODE, &[4])]);
        let data = nest(&[(n::NFTA_DATA_VALUE, &[7; 6])]);
        let cmp = nest(&[(n::NFTA_CMP_OP, &[0, 0, 0, 1]), (n::NFTA_CMP_DATA, &data)]);
        let cmp = nest(&[(n::NFTA_EXPR_NAME, b"cmp\0"), (n::NFTA_EXPR_DATA, &cmp)]);
        let list = nest(&[(n::NFTA_LIST_ELEM, &cmp), (n::NFTA_LIST_ELEM, &cmp)]);
        let settings = nest(&[(n::AF_INET, &nest(&[(n::IFLA_INET_CONF, &[1; 24])]))]);
        let (protocol, mut message) = match which {
            0 => (ROUTE, link(b"bond\0", &bond, b"bond\0", &bond)),
            1 => (ROUTE, notification(n::RTM_NEWLINK, &LINK, &[(n::IFLA_AF_SPEC, &settings)])),
            _ => {
                let attributes = [(n::NFTA_RULE_EXPRESSIONS, &list[..])];
                (NETFILTER, notification(n::NFT_MSG_NEWRULE, &[2, 0, 0, 5], &attributes))
            }
        };
        for (at, with) in [(at, with), (also, by)] {
            if let Some(byte) = message.get_mut(at) {
                *byte = with;
            }
        }
        let explained = context().explain(of(&message, protocol, Direction::FromKernel));
        covers(&explained, message.len())?;
        begins(&explained, &message, Order::NATIVE)?;
    }
}

/// The number of a nested attribute, with the kernel's flag NLA_F_NESTED.
fn nested(number: u16) -> u16 {
    number | 1 << 15
}

/// The number of attributes in an explanation.
fn attributes(explained: &Explained) -> usize {
    let is_type = |field: &&Field| field.name == "nla_type";
    explained.fields.iter().filter(is_type).count()
}

#[test]
fn nests_that_the_spec_calls_bytes_or_text_are_taken_apart() {
    let inside = nest(&[(2, &42u32.to_ne_bytes())]);
    let mut wrong = Vec::new();
    for number in [n::IFLA_PROTO_DOWN_REASON, n::IFLA_DEVLINK_PORT] {
        let message = notification(n::RTM_NEWLINK, &LINK, &[(nested(number), &inside)]);
        let explained = taken_apart(&message, ROUTE);
        if attributes(&explained) != 2 {
            wrong.push(number);
        }
    }
    let message = notification(
        n::RTM_NEWNEIGH,
        &[7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
        &[(nested(n::NDA_FDB_EXT_ATTRS), &inside)],
    );
    let explained = taken_apart(&message, ROUTE);
    if attributes(&explained) != 2 {
        wrong.push(n::NDA_FDB_EXT_ATTRS);
    }
    let mut bridge = LINK;
    bridge[0] = 7;
    for number in [
        n::IFLA_BRIDGE_MST,
        n::IFLA_BRIDGE_CFM,
        n::IFLA_BRIDGE_MRP,
        n::IFLA_BRIDGE_VLAN_TUNNEL_INFO,
    ] {
        let spec = nest(&[(number, &inside)]);
        let message = notification(n::RTM_NEWLINK, &bridge, &[(n::IFLA_AF_SPEC, &spec)]);
        let explained = taken_apart(&message, ROUTE);
        if attributes(&explained) != 3 {
            wrong.push(number);
        }
    }
    assert!(wrong.is_empty(), "not decoded: {wrong:?}");
}

#[test]
fn byte_orders_and_layouts_are_those_of_the_kernel() {
    let of = |kind: &[u8], data: &[u8], name: &str| {
        let message = link(kind, data, b"", &[]);
        meaning(&taken_apart(&message, ROUTE), name).to_owned()
    };
    let mut got = Vec::new();
    let data = nest(&[(n::IFLA_BR_VLAN_PROTOCOL, &0x8100u16.to_be_bytes())]);
    got.push(of(b"bridge\0", &data, "IFLA_BR_VLAN_PROTOCOL"));
    let data = nest(&[(n::IFLA_BR_BRIDGE_ID, &[0x80, 0, 2, 0, 0, 0, 0, 1])]);
    got.push(of(b"bridge\0", &data, "prio"));
    // struct ifla_vf_vlan_info, with vlan_proto a __be16.
    let mut vlan = [0; 16];
    vlan[12..14].copy_from_slice(&0x8100u16.to_be_bytes());
    let list = nest(&[(n::IFLA_VF_VLAN_INFO, &vlan)]);
    let info = nest(&[(n::IFLA_VF_VLAN_LIST, &list)]);
    let info = nest(&[(n::IFLA_VF_INFO, &info)]);
    let message = notification(n::RTM_NEWLINK, &LINK, &[(n::IFLA_VFINFO_LIST, &info)]);
    let explained = taken_apart(&message, ROUTE);
    got.push(meaning(&explained, "vlan_proto").to_owned());
    let hook = nest(&[(n::NFTA_FLOWTABLE_HOOK_PRIORITY, &(-300i32).to_be_bytes())]);
    let message = notification(
        n::NFT_MSG_NEWFLOWTABLE,
        &[2, 0, 0, 0],
        &[(n::NFTA_FLOWTABLE_HOOK, &hook)],
    );
    got.push(
        meaning(
            &taken_apart(&message, NETFILTER),
            "NFTA_FLOWTABLE_HOOK_PRIORITY",
        )
        .to_owned(),
    );
    let message = notification(
        n::RTM_NEWRULE,
        &[2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0],
        &[(n::FRA_SUPPRESS_PREFIXLEN, &24u32.to_ne_bytes())],
    );
    got.push(meaning(&taken_apart(&message, ROUTE), "FRA_SUPPRESS_PREFIXLEN").to_owned());
    // Without the names of the values.
    let wanted = ["33024", "32768", "33024", "-300", "24"];
    let right = |(got, wanted): (&String, &&str)| got.split([' ', ':']).next() == Some(*wanted);
    assert!(got.iter().zip(&wanted).all(right), "{got:#?}");
}
