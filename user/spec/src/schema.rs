// SPDX-License-Identifier: MIT OR Apache-2.0

//! The contents that a spec may have: the kernel's four schemas of Documentation/netlink,
//! as one table.
//!
//! The schemas differ in a few keys and words. Each of these names the protocols that have it.

mod check;

pub(crate) use check::check;

use crate::model::Protocol;

/// A set of protocols.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Protocols(u8);

impl Protocols {
    const fn has(self, protocol: Protocol) -> bool {
        self.0 & (1 << protocol as u8) != 0
    }
}

const GENETLINK: Protocols = Protocols(1 << Protocol::Genetlink as u8);
const GENETLINK_C: Protocols = Protocols(1 << Protocol::GenetlinkC as u8);
const RAW: Protocols = Protocols(1 << Protocol::NetlinkRaw as u8);
const ALL: Protocols = Protocols(0b1111);
const NOT_GENETLINK: Protocols = Protocols(ALL.0 & !GENETLINK.0);
const NOT_GENETLINK_C: Protocols = Protocols(ALL.0 & !GENETLINK_C.0);
const NOT_RAW: Protocols = Protocols(ALL.0 & !RAW.0);
const LEGACY_OR_RAW: Protocols = Protocols(ALL.0 & !GENETLINK.0 & !GENETLINK_C.0);
const LEGACY: Protocols = Protocols(LEGACY_OR_RAW.0 & !RAW.0);
const C_OR_LEGACY: Protocols = Protocols(GENETLINK_C.0 | LEGACY.0);
const GENETLINK_OR_LEGACY: Protocols = Protocols(GENETLINK.0 | LEGACY.0);

/// The required form of a node.
enum Rule {
    /// A text.
    Text,
    /// A text, or nothing.
    TextOrNull,
    /// A name: a text of the characters that `NameForm` allows.
    Name(NameForm),
    /// An integer that is at least this.
    Integer(Option<i128>),
    /// A text or an integer.
    TextOrInteger,
    /// A bound: an integer from 0, or the name of a constant.
    Bound { minus_one: bool },
    /// A boolean.
    Boolean,
    /// One of these words.
    Word(&'static [Words]),
    /// A list.
    List(&'static Rule),
    /// A mapping.
    Map(&'static Map),
    /// A text, or a mapping.
    TextOrMap(&'static Map),
}

/// The characters that a name may have.
#[derive(Clone, Copy)]
enum NameForm {
    /// Lower-case letters, digits and dashes.
    Lower,
    /// Letters, digits and dashes.
    Mixed,
}

/// Words, and the protocols that accept them.
struct Words(Protocols, &'static [&'static str]);

/// A mapping.
struct Map {
    /// Its name in an error message, with its article.
    what: &'static str,
    keys: &'static [Key],
    /// A rule between keys.
    also: Option<CrossRule>,
}

/// A rule that concerns several keys of a mapping.
enum CrossRule {
    /// The attributes of a set have types unless it is a subset.
    SubsetOrTypes,
    /// In netlink-raw, a binary member has either `len` or `struct`.
    LenOrStruct,
}

/// A key of a mapping. If its rule depends on the protocol, it has several entries.
struct Key {
    name: &'static str,
    rule: Rule,
    protocols: Protocols,
    required: bool,
}

const fn key(name: &'static str, rule: Rule) -> Key {
    key_of(ALL, name, rule)
}

const fn key_of(protocols: Protocols, name: &'static str, rule: Rule) -> Key {
    Key {
        name,
        rule,
        protocols,
        required: false,
    }
}

const fn required(name: &'static str, rule: Rule) -> Key {
    required_of(ALL, name, rule)
}

const fn required_of(protocols: Protocols, name: &'static str, rule: Rule) -> Key {
    Key {
        required: true,
        ..key_of(protocols, name, rule)
    }
}

const fn map(what: &'static str, keys: &'static [Key]) -> Map {
    Map {
        what,
        keys,
        also: None,
    }
}

const NAME: Rule = Rule::Name(NameForm::Lower);
const UINT: Rule = Rule::Integer(Some(0));
const LENGTH: Rule = Rule::Bound { minus_one: true };
const LIMIT: Rule = Rule::Bound { minus_one: false };
const TEXTS: Rule = Rule::List(&Rule::Text);

const PROTOCOL: Rule = Rule::Word(&[
    // The later schemas accept the names of the earlier ones, but a spec is checked against the
    // schema that it names.
    Words(GENETLINK, &["genetlink"]),
    Words(GENETLINK_C, &["genetlink-c"]),
    Words(LEGACY, &["genetlink-legacy"]),
    Words(RAW, &["netlink-raw"]),
]);

static SPEC: Map = map(
    "a spec",
    &[
        required_of(GENETLINK, "name", NAME),
        required_of(NOT_GENETLINK, "name", Rule::Text),
        required("doc", Rule::Text),
        key("protocol", PROTOCOL),
        key("uapi-header", Rule::Text),
        key_of(NOT_GENETLINK, "c-family-name", Rule::Text),
        key_of(NOT_GENETLINK, "c-version-name", Rule::Text),
        key_of(NOT_GENETLINK, "max-by-define", Rule::Boolean),
        key_of(NOT_GENETLINK, "cmd-max-name", Rule::Text),
        key_of(NOT_GENETLINK, "cmd-cnt-name", Rule::Text),
        key_of(
            LEGACY_OR_RAW,
            "kernel-policy",
            Rule::Word(&[Words(ALL, &["split", "per-op", "global"])]),
        ),
        key_of(LEGACY, "version", Rule::Integer(Some(1))),
        key_of(RAW, "protonum", Rule::Integer(None)),
        key("definitions", Rule::List(&Rule::Map(&DEFINITION))),
        required("attribute-sets", Rule::List(&Rule::Map(&ATTRIBUTE_SET))),
        key_of(RAW, "sub-messages", Rule::List(&Rule::Map(&SUB_MESSAGE))),
        required("operations", Rule::Map(&OPERATIONS)),
        key("mcast-groups", Rule::Map(&GROUPS)),
        key_of(
            NOT_RAW,
            "kernel-family",
            Rule::Map(&map(
                "`kernel-family`",
                &[key("headers", TEXTS), key("sock-priv", Rule::Text)],
            )),
        ),
    ],
);

static DEFINITION: Map = map(
    "a definition",
    &[
        required_of(NOT_GENETLINK_C, "name", NAME),
        required_of(GENETLINK_C, "name", Rule::Text),
        required(
            "type",
            Rule::Word(&[
                Words(ALL, &["const", "enum", "flags"]),
                Words(LEGACY_OR_RAW, &["struct"]),
            ]),
        ),
        key("header", Rule::Text),
        key(
            "scope",
            Rule::Word(&[Words(ALL, &["uapi", "kernel", "user"])]),
        ),
        key("doc", Rule::Text),
        key("value", Rule::TextOrInteger),
        key("value-start", Rule::TextOrInteger),
        key("entries", Rule::List(&Rule::TextOrMap(&ENTRY))),
        key("render-max", Rule::Boolean),
        key_of(NOT_GENETLINK, "enum-name", Rule::TextOrNull),
        key_of(NOT_GENETLINK, "name-prefix", Rule::Text),
        key_of(C_OR_LEGACY, "enum-cnt-name", Rule::Text),
        key_of(LEGACY_OR_RAW, "members", Rule::List(&Rule::Map(&MEMBER))),
    ],
);

static ENTRY: Map = map(
    "an entry of an enum",
    &[
        required_of(NOT_GENETLINK_C, "name", NAME),
        required_of(GENETLINK_C, "name", Rule::Text),
        key("value", Rule::Integer(None)),
        key("doc", Rule::Text),
    ],
);

static MEMBER: Map = Map {
    what: "a member of a struct",
    keys: &[
        required_of(NOT_RAW, "name", NAME),
        required_of(RAW, "name", Rule::Name(NameForm::Mixed)),
        required(
            "type",
            Rule::Word(&[
                Words(
                    ALL,
                    &[
                        "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "string", "binary",
                    ],
                ),
                Words(RAW, &["pad"]),
            ]),
        ),
        key("len", LENGTH),
        key("byte-order", BYTE_ORDER),
        key("doc", Rule::Text),
        key("enum", Rule::Text),
        key_of(RAW, "enum-as-flags", Rule::Boolean),
        key("display-hint", DISPLAY_HINT),
        key("struct", Rule::Text),
    ],
    also: Some(CrossRule::LenOrStruct),
};

const BYTE_ORDER: Rule = Rule::Word(&[Words(ALL, &["little-endian", "big-endian"])]);

const DISPLAY_HINT: Rule = Rule::Word(&[Words(
    ALL,
    &["hex", "mac", "fddi", "ipv4", "ipv6", "ipv4-or-v6", "uuid"],
)]);

static ATTRIBUTE_SET: Map = Map {
    what: "an attribute set",
    keys: &[
        required_of(NOT_GENETLINK_C, "name", NAME),
        required_of(GENETLINK_C, "name", Rule::Text),
        key("name-prefix", Rule::Text),
        key_of(GENETLINK, "enum-name", Rule::Text),
        key_of(NOT_GENETLINK, "enum-name", Rule::TextOrNull),
        key("doc", Rule::Text),
        key("subset-of", Rule::Text),
        key_of(NOT_GENETLINK, "attr-cnt-name", Rule::Text),
        key_of(NOT_GENETLINK, "attr-max-name", Rule::Text),
        key_of(NOT_GENETLINK, "header", Rule::Text),
        required("attributes", Rule::List(&Rule::Map(&ATTRIBUTE))),
    ],
    also: Some(CrossRule::SubsetOrTypes),
};

const ATTRIBUTE_TYPE: Rule = Rule::Word(&[
    Words(ALL, &["unused", "pad", "flag", "binary"]),
    Words(LEGACY_OR_RAW, &["bitfield32"]),
    Words(
        ALL,
        &[
            "uint",
            "sint",
            "u8",
            "u16",
            "u32",
            "u64",
            "s8",
            "s16",
            "s32",
            "s64",
            "string",
            "nest",
            "indexed-array",
            "nest-type-value",
        ],
    ),
    Words(RAW, &["sub-message"]),
]);

static ATTRIBUTE: Map = map(
    "an attribute",
    &[
        required_of(NOT_GENETLINK_C, "name", NAME),
        required_of(GENETLINK_C, "name", Rule::Text),
        key("type", ATTRIBUTE_TYPE),
        key("doc", Rule::Text),
        key("value", UINT),
        key("type-value", TEXTS),
        key("byte-order", BYTE_ORDER),
        key("multi-attr", Rule::Boolean),
        key("nested-attributes", Rule::Text),
        key("enum", Rule::Text),
        key("enum-as-flags", Rule::Boolean),
        key("checks", Rule::Map(&CHECKS)),
        key("sub-type", ATTRIBUTE_TYPE),
        key("display-hint", DISPLAY_HINT),
        key_of(NOT_GENETLINK, "name-prefix", Rule::Text),
        key_of(LEGACY_OR_RAW, "struct", Rule::Text),
        key_of(RAW, "sub-message", Rule::Text),
        key_of(RAW, "selector", Rule::Text),
    ],
);

static CHECKS: Map = map(
    "`checks`",
    &[
        key("flags-mask", Rule::Text),
        key("min", LIMIT),
        key("max", LIMIT),
        key("min-len", LENGTH),
        key("max-len", LENGTH),
        key("exact-len", LENGTH),
        key_of(NOT_GENETLINK, "unterminated-ok", Rule::Boolean),
    ],
);

static SUB_MESSAGE: Map = map(
    "a sub-message",
    &[
        required("name", Rule::Text),
        required(
            "formats",
            Rule::List(&Rule::Map(&map(
                "a format of a sub-message",
                &[
                    required("value", Rule::Text),
                    key("fixed-header", Rule::Text),
                    key("attribute-set", Rule::Text),
                ],
            ))),
        ),
    ],
);

static OPERATIONS: Map = map(
    "`operations`",
    &[
        key(
            "enum-model",
            Rule::Word(&[
                Words(ALL, &["unified"]),
                Words(LEGACY_OR_RAW, &["directional"]),
            ]),
        ),
        key("name-prefix", Rule::Text),
        key_of(GENETLINK, "enum-name", Rule::Text),
        key_of(NOT_GENETLINK, "enum-name", Rule::TextOrNull),
        key("async-prefix", Rule::Text),
        key_of(GENETLINK, "async-enum", Rule::Text),
        key_of(NOT_GENETLINK, "async-enum", Rule::TextOrNull),
        key_of(LEGACY_OR_RAW, "fixed-header", Rule::Text),
        required("list", Rule::List(&Rule::Map(&OPERATION))),
    ],
);

const FLAGS: Rule = Rule::List(&Rule::Word(&[
    Words(ALL, &["admin-perm"]),
    Words(GENETLINK_OR_LEGACY, &["uns-admin-perm"]),
]));

static OPERATION: Map = map(
    "an operation",
    &[
        required_of(NOT_GENETLINK_C, "name", NAME),
        required_of(GENETLINK_C, "name", Rule::Text),
        required("doc", Rule::Text),
        key("value", UINT),
        key("attribute-set", Rule::Text),
        key("flags", FLAGS),
        key(
            "dont-validate",
            Rule::List(&Rule::Word(&[
                Words(ALL, &["strict", "dump"]),
                Words(NOT_RAW, &["dump-strict"]),
            ])),
        ),
        key_of(NOT_RAW, "config-cond", Rule::Text),
        key_of(LEGACY_OR_RAW, "fixed-header", Rule::Text),
        key("do", Rule::Map(&CALL)),
        key("dump", Rule::Map(&CALL)),
        key("notify", Rule::Text),
        key(
            "event",
            Rule::Map(&map("`event`", &[key("attributes", TEXTS)])),
        ),
        key("mcgrp", Rule::Text),
    ],
);

static CALL: Map = map(
    "`do` or `dump`",
    &[
        key("request", Rule::Map(&MESSAGE)),
        key("reply", Rule::Map(&MESSAGE)),
        key("pre", Rule::Text),
        key("post", Rule::Text),
    ],
);

static MESSAGE: Map = map(
    "a request or reply",
    &[
        key("attributes", TEXTS),
        key_of(LEGACY_OR_RAW, "value", UINT),
    ],
);

static GROUPS: Map = map(
    "`mcast-groups`",
    &[required(
        "list",
        Rule::List(&Rule::Map(&map(
            "a multicast group",
            &[
                required_of(GENETLINK, "name", NAME),
                required_of(NOT_GENETLINK, "name", Rule::Text),
                key_of(NOT_GENETLINK, "c-define-name", Rule::Text),
                key("flags", FLAGS),
                key_of(RAW, "value", Rule::Integer(None)),
            ],
        ))),
    )],
);
