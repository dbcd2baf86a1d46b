// SPDX-License-Identifier: MIT OR Apache-2.0

//! Errnos, with their names and messages.

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
    /// Returns the errno for a negative code in a message. `None` if the code is not an
    /// error.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        code.checked_neg().filter(|errno| *errno > 0).map(Self)
    }

    /// Returns the C library's name, such as `ENOENT`, or the number if there is none.
    ///
    /// The table is the one of `nix`, because the numbers differ between architectures.
    /// It contains only the errnos that programs can see. The kernel has internal ones,
    /// too, and drivers sometimes leak one.
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

    /// Returns the C library's message.
    #[must_use]
    pub fn text(self) -> String {
        super::sys::errno_text(self.0)
    }
}

/// Formats the name, the number and the message.
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
        assert_eq!(Errno::from_code(-2), Some(Errno(libc::ENOENT)));
        for code in [0, 1, i32::MAX, i32::MIN] {
            assert_eq!(Errno::from_code(code), None);
        }
    }

    #[test]
    fn every_errno_of_linux_has_its_name() {
        // Numbered as in asm-generic/errno.h. Two numbers are unused.
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
