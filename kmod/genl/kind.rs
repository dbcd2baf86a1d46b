// SPDX-License-Identifier: GPL-2.0

//! The kinds of value that attributes of a request hold.

use super::{
    attr::Attr,
    policy::{
        Policy,
        Range, //
    },
    refusal::Refusal, //
};
use kernel::prelude::*;

/// A kind of value that an attribute can hold: what the kernel checks of it, and how it is read.
pub(crate) trait Kind {
    /// The value. It may borrow from the request.
    type Value<'a>;

    /// What the kernel checks before the handler runs.
    const POLICY: Policy;

    /// Reads the value.
    ///
    /// The policy has seen the attribute before. What is looked at here again costs a comparison,
    /// and makes this sound for any attribute.
    fn read(attr: Attr<'_>) -> Result<Self::Value<'_>, Refusal<'_>>;
}

/// An argument of a request: a value, and the attribute to blame where it is refused.
pub(crate) struct Arg<'a, K: Kind> {
    /// The value.
    pub(crate) value: K::Value<'a>,
    /// The attribute that held it.
    pub(crate) attr: Attr<'a>,
}

/// Bytes, at least `MIN` and at most `MAX` of them.
pub(crate) struct Bytes<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for Bytes<MIN, MAX> {
    type Value<'a> = &'a [u8];

    const POLICY: Policy = Policy::bytes(MIN, MAX);

    fn read(attr: Attr<'_>) -> Result<&[u8], Refusal<'_>> {
        Ok(attr.payload())
    }
}

/// A string of `MIN` to `MAX` bytes and a NUL.
///
/// What stands behind the first NUL is not part of the string, as everywhere in netlink.
pub(crate) struct NulString<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for NulString<MIN, MAX> {
    type Value<'a> = &'a CStr;

    const POLICY: Policy = Policy::nul_string(MAX);

    fn read(attr: Attr<'_>) -> Result<&CStr, Refusal<'_>> {
        let string = CStr::from_bytes_until_nul(attr.payload())
            .map_err(|_| Refusal::new(EINVAL, c"string has no NUL at its end").at(attr))?;
        // The kernel's policies know no shortest string; the errno is theirs for a wrong length.
        if string.to_bytes().len() < MIN {
            return Err(Refusal::new(ERANGE, c"string is too short").at(attr));
        }
        Ok(string)
    }
}

/// A `u32`, of `MIN` to `MAX`.
pub(crate) struct U32<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Kind for U32<MIN, MAX> {
    type Value<'a> = u32;

    const POLICY: Policy = Policy::u32(&Range::new(MIN, MAX));

    fn read(attr: Attr<'_>) -> Result<u32, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(u32::from_ne_bytes([a, b, c, d])),
            _ => Err(bad_length(attr)),
        }
    }
}

/// A flag, which is set by being there. Only for optional arguments.
pub(crate) struct Flag;

impl Kind for Flag {
    type Value<'a> = ();

    const POLICY: Policy = Policy::flag();

    fn read(_attr: Attr<'_>) -> Result<(), Refusal<'_>> {
        Ok(())
    }
}

/// An unsigned integer, of 4 or 8 bytes on the wire.
pub(crate) struct Uint;

impl Kind for Uint {
    type Value<'a> = u64;

    const POLICY: Policy = Policy::uint();

    fn read(attr: Attr<'_>) -> Result<u64, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(u32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(u64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => Err(bad_length(attr)),
        }
    }
}

/// A signed integer, of 4 or 8 bytes on the wire.
pub(crate) struct Sint;

impl Kind for Sint {
    type Value<'a> = i64;

    const POLICY: Policy = Policy::sint();

    fn read(attr: Attr<'_>) -> Result<i64, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(i32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(i64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => Err(bad_length(attr)),
        }
    }
}

#[cold]
fn bad_length(attr: Attr<'_>) -> Refusal<'_> {
    Refusal::new(EINVAL, c"invalid attribute length").at(attr)
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_reader)]
mod tests {
    use super::*;
    use crate::genl::{
        arguments,
        testing::{
            with_attrs,
            write, //
        },
        Arguments,
        Attributes,
        NoRoom, //
    };

    arguments! {
        /// One of each kind.
        struct All {
            bytes: Bytes<0, 8> = 1,
            name: NulString<1, 3> = 2,
            uint: Uint = 3,
            sint: Sint = 4,
            range [optional]: U32<1, 9> = 5,
        }
    }

    fn read<R>(
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
        with: impl FnOnce(Option<All<'_>>) -> R,
    ) -> Result<R> {
        let bytes = write(200, fill)?;
        with_attrs(
            &bytes,
            <All<'static> as Arguments<'static>>::POLICY,
            |attrs| with(All::parse(attrs).ok()),
        )
    }

    fn put_all(attrs: &mut Attributes<'_>, uint: u64, sint: i64) -> Result<(), NoRoom> {
        attrs.put_bytes(1, b"bytes")?;
        attrs.put_string(2, c"abc")?;
        attrs.put_uint(3, uint)?;
        match i32::try_from(sint) {
            Ok(sint) => attrs.put_bytes(4, &sint.to_ne_bytes()),
            Err(_) => attrs.put_bytes(4, &sint.to_ne_bytes()),
        }
    }

    #[test]
    fn what_was_written_is_read() -> Result {
        for (uint, sint) in [
            (0, 0),
            (u32::MAX.into(), i32::MIN.into()),
            (u64::MAX, i64::MIN),
        ] {
            read(
                |attrs| put_all(attrs, uint, sint),
                |all| {
                    let all = all.ok_or(EINVAL)?;
                    assert_eq!(all.bytes.value, b"bytes");
                    assert_eq!(all.name.value, c"abc");
                    assert_eq!(all.uint.value, uint);
                    assert_eq!(all.sint.value, sint);
                    assert!(all.range.is_none());
                    Ok::<(), Error>(())
                },
            )??;
        }
        Ok(())
    }

    #[test]
    fn an_optional_argument_is_read_where_it_is_there() -> Result {
        let range = read(
            |attrs| {
                put_all(attrs, 1, 1)?;
                attrs.put_u32(5, 9)
            },
            |all| all.and_then(|all| all.range.map(|range| range.value)),
        )?;
        assert_eq!(range, Some(9));
        Ok(())
    }

    #[test]
    fn a_required_argument_must_be_there() -> Result {
        assert!(read(
            |attrs| attrs.put_bytes(1, b"alone"),
            |all| all.is_none()
        )?);
        assert!(read(|_| Ok(()), |all| all.is_none())?);
        Ok(())
    }

    #[test]
    fn a_string_shorter_than_its_least_is_refused() -> Result {
        let refused = read(
            |attrs| {
                put_all(attrs, 1, 1)?;
                // The last of two counts.
                attrs.put_string(2, c"")
            },
            |all| all.is_none(),
        )?;
        assert!(refused);
        Ok(())
    }
}
