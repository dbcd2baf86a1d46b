// SPDX-License-Identifier: MIT OR Apache-2.0

//! The number of an error, its name and its words.

use nix::errno::Errno as Known;
use std::fmt;

/// An errno, as a positive number.
///
/// ```
/// use parley_netlink::netlink::errno::Errno;
///
/// let errno = Errno(libc::ENOENT);
/// assert_eq!(errno.name(), "ENOENT");
/// assert_eq!(errno.to_string(), "ENOENT (2, No such file or directory)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    /// The errno of a code as messages have it, negative. `None` if it is no error.
    #[must_use]
    pub fn of_code(code: i32) -> Option<Self> {
        code.checked_neg().filter(|errno| *errno > 0).map(Self)
    }

    /// The name that the C library has for it, such as `ENOENT`; else its number.
    ///
    /// The table is the one of `nix`, because the numbers differ between architectures. It ends
    /// where those of programs do; of the kernel's own, one escapes from drivers at times.
    ///
    /// Source: `include/linux/errno.h`.
    #[must_use]
    pub fn name(self) -> String {
        const ENOTSUPP: i32 = 524;
        match Known::from_raw(self.0) {
            Known::UnknownErrno if self.0 == ENOTSUPP => "ENOTSUPP".to_owned(),
            Known::UnknownErrno => format!("errno {}", self.0),
            known => format!("{known:?}"),
        }
    }

    /// The C library's words for it.
    #[must_use]
    pub fn text(self) -> String {
        super::sys::errno_text(self.0)
    }
}

/// The name, the number and the words.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.name(), self.0, self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_an_errno_if_it_is_negative() {
        assert_eq!(Errno::of_code(-2), Some(Errno(libc::ENOENT)));
        for code in [0, 1, i32::MAX, i32::MIN] {
            assert_eq!(Errno::of_code(code), None);
        }
    }

    #[test]
    fn every_errno_of_linux_has_its_name() {
        // As asm-generic/errno.h numbers them. Two numbers stand for nothing.
        let is_unnamed = |n: &i32| Errno(*n).name().starts_with("errno ");
        let unnamed: Vec<_> = (1..=133).filter(is_unnamed).collect();
        assert_eq!(unnamed, [41, 58]);
        for (errno, name) in [
            (libc::EPERM, "EPERM"),
            (libc::EAGAIN, "EAGAIN"),
            (libc::EOPNOTSUPP, "EOPNOTSUPP"),
            (libc::ECANCELED, "ECANCELED"),
            (libc::EKEYREJECTED, "EKEYREJECTED"),
            (libc::EHWPOISON, "EHWPOISON"),
            (524, "ENOTSUPP"),
        ] {
            assert_eq!(Errno(errno).name(), name);
        }
        assert_eq!(Errno(0).name(), "errno 0");
        assert_eq!(Errno(134).name(), "errno 134");
    }
}
