// SPDX-License-Identifier: MIT OR Apache-2.0

//! The controller `nlctrl`: the family that knows the others.
//!
//! Source: `include/uapi/linux/genetlink.h`, `enum` of `CTRL_ATTR_*`.

#![forbid(unsafe_code)]

use super::message;
use crate::netlink::attr::Attributes;
use crate::netlink::socket::Expect;
use crate::netlink::{Error, Result, Socket};

const CONTROLLER: u16 = 0x10;
const GETFAMILY: u8 = 3;
const VERSION: u8 = 2;
const NAME: u16 = 2;

/// A family, as the controller describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its number: the type of its messages. The kernel gives it out when the
    /// family is registered.
    pub id: u16,
    /// Its version.
    pub version: u32,
    /// Length of the header it puts before its attributes, in bytes.
    pub header_len: u32,
    /// Its operations, in the order of their numbers.
    pub operations: Vec<Operation>,
    /// Its multicast groups.
    pub groups: Vec<Group>,
}

/// An operation of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its command number.
    pub cmd: u32,
    /// `GENL_*` flags.
    pub flags: u32,
}

impl Operation {
    /// `GENL_ADMIN_PERM`: needs `CAP_NET_ADMIN` in the initial user namespace.
    pub const ADMIN: u32 = 0x01;
    /// `GENL_CMD_CAP_DO`: can be asked for once.
    pub const DO: u32 = 0x02;
    /// `GENL_CMD_CAP_DUMP`: can be dumped.
    pub const DUMP: u32 = 0x04;
    /// `GENL_CMD_CAP_HASPOL`: its attributes are checked against a policy.
    pub const POLICY: u32 = 0x08;
    /// `GENL_UNS_ADMIN_PERM`: needs `CAP_NET_ADMIN` in the namespace's own.
    pub const NS_ADMIN: u32 = 0x10;

    /// Whether all of `flags` are set.
    pub fn has(&self, flags: u32) -> bool {
        self.flags & flags == flags
    }
}

/// A multicast group of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number, as a socket joins it.
    pub id: u32,
}

/// Asks for the family `name`. The kernel may load a module for it.
///
/// Fails with [`Error::NoFamily`] where there is none.
pub fn resolve(socket: &mut Socket, name: &str) -> Result<Family> {
    let seq = socket.next_seq();
    let mut request = Vec::new();
    message::write(
        &mut request,
        CONTROLLER,
        (GETFAMILY, VERSION),
        0,
        seq,
        |attributes| attributes.string(NAME, name),
    )?;
    match socket.transact(&request, seq, Expect::Reply) {
        Ok(reply) => read_family(message::read(&reply)?.1),
        // A name that is too long for the policy is no family's either.
        Err(error)
            if matches!(
                error.errno(),
                Some(libc::ENOENT | libc::ERANGE | libc::EINVAL)
            ) =>
        {
            Err(Error::NoFamily(name.to_owned()))
        }
        Err(error) => Err(error),
    }
}

fn read_family(attributes: Attributes<'_>) -> Result<Family> {
    let mut family = Family::default();
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => family.id = attribute.u16()?,
            NAME => family.name = attribute.string()?.to_owned(),
            3 => family.version = attribute.u32()?,
            4 => family.header_len = attribute.u32()?,
            6 => {
                for entry in attribute.attributes() {
                    family.operations.push(read_operation(entry?.attributes())?);
                }
            }
            7 => {
                for entry in attribute.attributes() {
                    family.groups.push(read_group(entry?.attributes())?);
                }
            }
            _ => {}
        }
    }
    if family.id == 0 {
        return Err(Error::Absent("CTRL_ATTR_FAMILY_ID"));
    }
    Ok(family)
}

fn read_operation(attributes: Attributes<'_>) -> Result<Operation> {
    let mut operation = Operation { cmd: 0, flags: 0 };
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => operation.cmd = attribute.u32()?,
            2 => operation.flags = attribute.u32()?,
            _ => {}
        }
    }
    Ok(operation)
}

fn read_group(attributes: Attributes<'_>) -> Result<Group> {
    let mut group = Group {
        name: String::new(),
        id: 0,
    };
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => group.name = attribute.string()?.to_owned(),
            2 => group.id = attribute.u32()?,
            _ => {}
        }
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controller_knows_itself_on_any_linux() {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        let family = resolve(&mut socket, "nlctrl").unwrap();
        assert_eq!((family.name.as_str(), family.id), ("nlctrl", CONTROLLER));
        assert!(family
            .operations
            .iter()
            .any(|operation| operation.cmd == GETFAMILY.into() && operation.has(Operation::DO)));
        assert!(family.groups.iter().any(|group| group.name == "notify"));
    }

    #[test]
    fn a_name_that_no_family_has_is_an_error_of_its_own() {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        for name in ["no-such-family", "a-name-far-too-long-for-a-family"] {
            assert!(matches!(
                resolve(&mut socket, name),
                Err(Error::NoFamily(missing)) if missing == name
            ));
        }
    }
}
