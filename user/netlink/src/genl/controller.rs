// SPDX-License-Identifier: MIT OR Apache-2.0

//! The controller `nlctrl`: the family that describes all others.
//!
//! Source: `include/uapi/linux/genetlink.h`, `enum` of `CTRL_ATTR_*`.
//!
//! ```
//! use parley_netlink::genl::controller::{self, Operation};
//! use parley_netlink::netlink::{protocol, Socket};
//!
//! let mut socket = Socket::open(protocol::GENERIC)?;
//! for family in controller::families(&mut socket)? {
//!     println!("{:#06x}  {:?}", family.id, family.name);
//! }
//!
//! let family = controller::resolve(&mut socket, "nlctrl")?;
//! let policies = controller::policies(&mut socket, family.id)?;
//! for operation in family.operations.iter().filter(|one| one.has(Operation::DO)) {
//!     let policy = policies.operations.get(&operation.cmd).and_then(|one| one.r#do);
//!     let attributes = policy.and_then(|number| policies.policies.get(&number));
//!     println!("command {}: {attributes:?}", operation.cmd);
//! }
//! # assert!(policies.operations[&3].r#do.is_some());
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::message;
use crate::netlink::attr::Attributes;
use crate::netlink::error::Policy;
use crate::netlink::message::{flags, read_policy, Message};
use crate::netlink::socket::Expect;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::collections::BTreeMap;
use std::ffi::OsString;

const CONTROLLER: u16 = 0x10;
const NEWFAMILY: u8 = 1;
const DELFAMILY: u8 = 2;
const GETFAMILY: u8 = 3;
const GETPOLICY: u8 = 10;
const VERSION: u8 = 2;
const ID: u16 = 1;
const NAME: u16 = 2;

/// The controller's group `notify`, whose number is fixed. It reports families that are
/// registered and unregistered.
pub const NOTIFY: u32 = 0x10;

/// A family, as the controller describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Family {
    /// Its name.
    pub name: OsString,
    /// Its number, which is the type of its messages. The kernel assigns it when the
    /// family is registered.
    pub id: u16,
    /// Its version.
    pub version: u32,
    /// The length of the header before its attributes, in bytes.
    pub header_len: u32,
    /// Its operations, in the order of their numbers.
    pub operations: Vec<Operation>,
    /// Its multicast groups.
    pub groups: Vec<Group>,
}

impl Family {
    /// Joins `socket` to the multicast group `name` of this family.
    ///
    /// ```
    /// use parley_netlink::genl;
    /// use parley_netlink::netlink::{protocol, Socket};
    ///
    /// let mut socket = Socket::open(protocol::GENERIC)?;
    /// let controller = genl::resolve(&mut socket, "nlctrl")?;
    /// controller.join(&mut socket, "notify")?;
    /// assert!(controller.join(&mut socket, "other").is_err());
    /// # Ok::<(), parley_netlink::Error>(())
    /// ```
    pub fn join(&self, socket: &mut Socket, name: &str) -> Result<()> {
        let group = self.groups.iter().find(|group| group.name == name);
        let missing = Error::Absent("the multicast group of this name");
        socket.join(group.ok_or(missing)?.id)
    }
}

/// An operation of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its command number.
    pub cmd: u32,
    /// `GENL_*` flags.
    pub flags: u32,
}

impl Operation {
    /// `GENL_ADMIN_PERM`: needs `CAP_NET_ADMIN` in the initial user namespace.
    pub const ADMIN: u32 = 0x01;
    /// `GENL_CMD_CAP_DO`: has a do.
    pub const DO: u32 = 0x02;
    /// `GENL_CMD_CAP_DUMP`: has a dump.
    pub const DUMP: u32 = 0x04;
    /// `GENL_CMD_CAP_HASPOL`: a policy validates its attributes.
    pub const POLICY: u32 = 0x08;
    /// `GENL_UNS_ADMIN_PERM`: needs `CAP_NET_ADMIN` in the network namespace's own user
    /// namespace.
    pub const NS_ADMIN: u32 = 0x10;

    /// Returns whether all of `flags` are set.
    #[must_use]
    pub fn has(&self, flags: u32) -> bool {
        self.flags & flags == flags
    }
}

/// A multicast group of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// Its name.
    pub name: OsString,
    /// Its number, which a socket needs to join it.
    pub id: u32,
}

/// Looks up the family `name`. The kernel may load a module for it.
///
/// Fails with [`Error::NoFamily`] if there is no such family.
pub fn resolve<T: Transport>(socket: &mut Socket<T>, name: &str) -> Result<Family> {
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
        // No family has a name that is too long for the policy.
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

/// Like [`resolve`], for a socket that keeps the family's number: joins [`NOTIFY`] first.
/// So [`is_end`] recognizes the message about the end of this very family, even if the
/// module is reloaded right after this call. Join the family's own groups afterwards.
pub fn follow(socket: &mut Socket, name: &str) -> Result<Family> {
    socket.join(NOTIFY)?;
    resolve(socket, name)
}

/// Fails with [`Error::NoFamily`] if the family `name` no longer has the number `id`. For
/// a `socket` that may have lost the message about the family's end. Asks over a new
/// socket, because the first may have no room for the reply. The kernel loads no module
/// for this.
#[cold]
pub fn check(socket: &Socket, id: u16, name: &str) -> Result<()> {
    check_over(&mut socket.open_another()?, id, name)
}

/// Like [`check`], over a `socket` that has room for the reply.
#[cold]
pub(super) fn check_over<T: Transport>(socket: &mut Socket<T>, id: u16, name: &str) -> Result<()> {
    let seq = socket.next_seq();
    let mut request = Vec::new();
    let cmd = (GETFAMILY, VERSION);
    message::write(&mut request, CONTROLLER, cmd, 0, seq, |attributes| {
        attributes.bytes(ID, &id.to_ne_bytes())
    })?;
    match socket.transact(&request, seq, Expect::Reply) {
        Ok(reply) if read_family(message::read(&reply)?.1)?.name == name => Ok(()),
        Ok(_) => Err(Error::NoFamily(name.to_owned())),
        Err(error) if error.errno() == Some(libc::ENOENT) => Err(Error::NoFamily(name.to_owned())),
        Err(error) => Err(error),
    }
}

/// Lists all families.
pub fn families(socket: &mut Socket) -> Result<Vec<Family>> {
    let seq = socket.next_seq();
    let mut request = Vec::new();
    let cmd = (GETFAMILY, VERSION);
    message::write(&mut request, CONTROLLER, cmd, flags::DUMP, seq, |_| Ok(()))?;
    let mut families = Vec::new();
    socket.dump(&request, seq, |entry| {
        families.push(read_family(message::read(&entry)?.1)?);
        Ok(())
    })?;
    Ok(families)
}

/// Returns whether `message` reports the end of the family with number `id`. Only a
/// socket that has joined [`NOTIFY`] receives such messages.
#[must_use]
#[inline]
pub fn is_end(message: &Message<'_>, id: u16) -> bool {
    message.header.kind == CONTROLLER && is_end_in(message.payload, id)
}

/// Like [`is_end`], for the payload of one of the controller's messages.
#[cold]
fn is_end_in(payload: &[u8], id: u16) -> bool {
    let [DELFAMILY, _version, _, _, attributes @ ..] = payload else {
        return false;
    };
    Attributes::new(attributes).any(|attribute| {
        attribute.is_ok_and(|attribute| {
            attribute.number == ID && attribute.u16().is_ok_and(|gone| gone == id)
        })
    })
}

/// A change of the families, as the group [`NOTIFY`] reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A family was registered.
    Registered(Family),
    /// A family was unregistered.
    Unregistered(Family),
}

/// Reads a change of the families, if `message` reports one.
pub fn change(message: &Message<'_>) -> Result<Option<Change>> {
    if message.header.kind != CONTROLLER {
        return Ok(None);
    }
    let (cmd, attributes) = message::read(message)?;
    Ok(match cmd {
        NEWFAMILY => Some(Change::Registered(read_family(attributes)?)),
        DELFAMILY => Some(Change::Unregistered(read_family(attributes)?)),
        _ => None,
    })
}

/// The policies that validate the attributes of a family's requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policies {
    /// The policies of each operation, by command number.
    pub operations: BTreeMap<u32, OperationPolicies>,
    /// The policies by the kernel's number for them. Each maps attribute numbers to
    /// policies; the kernel refuses attributes that are not listed.
    pub policies: BTreeMap<u32, BTreeMap<u16, Policy>>,
}

/// The policies of an operation. Without a policy, the kernel refuses every attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationPolicies {
    /// The policy of the do.
    pub r#do: Option<u32>,
    /// The policy of the dump.
    pub dump: Option<u32>,
}

/// Asks for the policies of the family with number `id`.
pub fn policies(socket: &mut Socket, id: u16) -> Result<Policies> {
    let seq = socket.next_seq();
    let mut request = Vec::new();
    let cmd = (GETPOLICY, VERSION);
    message::write(&mut request, CONTROLLER, cmd, flags::DUMP, seq, |w| {
        w.bytes(ID, &id.to_ne_bytes())
    })?;
    let mut policies = Policies::default();
    let dumped = socket.dump(&request, seq, |entry| {
        for attribute in message::read(&entry)?.1 {
            let attribute = attribute?;
            match attribute.number {
                8 => read_policies(attribute.attributes(), &mut policies)?,
                9 => read_operation_policies(attribute.attributes(), &mut policies)?,
                _ => {}
            }
        }
        Ok(())
    });
    match dumped {
        // This is how the kernel reports that the family has no policies.
        Err(error) if error.errno() == Some(libc::ENODATA) => Ok(policies),
        other => other.map(|_| policies),
    }
}

/// Reads `CTRL_ATTR_POLICY`: the attributes of policies.
fn read_policies(attributes: Attributes<'_>, policies: &mut Policies) -> Result<()> {
    for policy in attributes {
        let policy = policy?;
        let known = policies.policies.entry(policy.number.into()).or_default();
        for attribute in policy.attributes() {
            let attribute = attribute?;
            known.insert(attribute.number, read_policy(attribute.attributes())?);
        }
    }
    Ok(())
}

/// Reads `CTRL_ATTR_OP_POLICY`: the policies of operations.
fn read_operation_policies(attributes: Attributes<'_>, policies: &mut Policies) -> Result<()> {
    for operation in attributes {
        let operation = operation?;
        let known = policies
            .operations
            .entry(operation.number.into())
            .or_default();
        for attribute in operation.attributes() {
            let attribute = attribute?;
            match attribute.number {
                1 => known.r#do = Some(attribute.u32()?),
                2 => known.dump = Some(attribute.u32()?),
                _ => {}
            }
        }
    }
    Ok(())
}

fn read_family(attributes: Attributes<'_>) -> Result<Family> {
    let mut family = Family::default();
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => family.id = attribute.u16()?,
            NAME => family.name = attribute.name()?,
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
        name: OsString::new(),
        id: 0,
    };
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => group.name = attribute.name()?,
            2 => group.id = attribute.u32()?,
            _ => {}
        }
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::message::Messages;
    use crate::netlink::socket::to_this_kernel;

    #[test]
    fn the_controller_knows_itself_on_any_linux() {
        let Some(mut socket) = to_this_kernel(libc::NETLINK_GENERIC) else {
            return;
        };
        let family = resolve(&mut socket, "nlctrl").unwrap();
        assert_eq!((family.name, family.id), ("nlctrl".into(), CONTROLLER));
        assert!(family
            .operations
            .iter()
            .any(|operation| operation.cmd == GETFAMILY.into() && operation.has(Operation::DO)));
        assert!(family.groups.iter().any(|group| group.name == "notify"));
    }

    #[test]
    fn the_controller_tells_its_own_policy_and_is_among_the_families() {
        let Some(mut socket) = to_this_kernel(libc::NETLINK_GENERIC) else {
            return;
        };
        let families = families(&mut socket).unwrap();
        assert!(families.iter().any(|family| family.id == CONTROLLER));
        let policies = policies(&mut socket, CONTROLLER).unwrap();
        let policy = policies.operations[&GETFAMILY.into()].r#do.unwrap();
        assert_eq!(
            policies.policies[&policy][&ID].kind_name(),
            Some("u16"),
            "{policies:?}"
        );
    }

    #[test]
    fn families_that_come_and_go_are_read_and_other_messages_are_none() {
        let read = |kind, cmd| {
            let mut bytes = Vec::new();
            message::write(&mut bytes, kind, (cmd, VERSION), 0, 0, |w| {
                w.bytes(ID, &30u16.to_ne_bytes())?;
                w.string(NAME, "new")
            })
            .unwrap();
            let message = Messages::new(&bytes).next().unwrap().unwrap();
            change(&message).unwrap()
        };
        let family = Family {
            name: "new".into(),
            id: 30,
            ..Family::default()
        };
        let registered = Change::Registered(family.clone());
        assert_eq!(read(CONTROLLER, NEWFAMILY), Some(registered));
        let unregistered = Change::Unregistered(family);
        assert_eq!(read(CONTROLLER, DELFAMILY), Some(unregistered));
        assert_eq!(read(CONTROLLER, GETFAMILY), None);
        assert_eq!(read(30, NEWFAMILY), None);
    }

    #[test]
    fn a_name_that_no_family_has_is_an_error_of_its_own() {
        let Some(mut socket) = to_this_kernel(libc::NETLINK_GENERIC) else {
            return;
        };
        for name in ["no-such-family", "a-name-far-too-long-for-a-family"] {
            assert!(matches!(
                resolve(&mut socket, name),
                Err(Error::NoFamily(missing)) if missing == name
            ));
        }
    }
}
