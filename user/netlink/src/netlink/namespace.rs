// SPDX-License-Identifier: MIT OR Apache-2.0

//! Network namespaces. A socket belongs to the namespace in which it was opened.
//!
//! ```
//! use parley_netlink::netlink::namespace;
//!
//! let path = namespace::path("blue");
//! assert_eq!(path.to_str(), Some("/run/netns/blue"));
//! ```
//!
//! To send requests in another namespace, enter it; use a separate thread if the others
//! should stay where they are:
//!
//! ```no_run
//! use parley_netlink::netlink::{namespace, protocol, Socket};
//! use parley_netlink::route::{Entry, Link};
//!
//! namespace::enter(&namespace::path("blue"))?;
//! let links = Link::all(&mut Socket::open(protocol::ROUTE)?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::sys;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// The directory in which `ip netns` keeps named namespaces.
const NAMED: &str = "/run/netns";

/// Returns the file of a namespace: a path, or a name that `ip netns` knows. See
/// ip-netns(8).
#[must_use]
pub fn path(name_or_path: &str) -> PathBuf {
    if name_or_path.contains('/') {
        PathBuf::from(name_or_path)
    } else {
        Path::new(NAMED).join(name_or_path)
    }
}

/// Moves the calling thread into the network namespace of the file `path`. Needs
/// `CAP_SYS_ADMIN` in both namespaces; see setns(2).
pub fn enter(path: &Path) -> io::Result<()> {
    sys::enter_net_namespace(File::open(path)?.as_fd())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_where_ip_netns_keeps_it_and_a_path_is_a_path() {
        assert_eq!(path("red"), Path::new("/run/netns/red"));
        assert_eq!(path("./red"), Path::new("./red"));
        assert_eq!(path("/proc/1/ns/net"), Path::new("/proc/1/ns/net"));
    }

    #[test]
    fn what_is_no_namespace_cannot_be_entered() {
        assert!(enter(Path::new("/dev/null")).is_err());
        assert!(enter(Path::new("/no/such/file")).is_err());
    }
}
