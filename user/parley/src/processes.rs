// SPDX-License-Identifier: MIT OR Apache-2.0

//! Finds the processes behind netlink ports, as far as `/proc` shows them.
//!
//! `/proc/net/netlink` has the inode of each socket and its port, and `/proc/PID/fd` has
//! the inodes of a process. A process that has ended or belongs to another user cannot be
//! found. By convention a program's first port is its process ID. libnl adds a number in
//! the upper ten bits, and the kernel assigns negative ports to further sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The bits of a port that libnl takes from the process ID.
const PID_BITS: u32 = (1 << 22) - 1;
/// The maximum number of ports that are remembered after their sockets were closed.
const KNOWN_MAX: usize = 4096;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) name: String,
    /// Whether only the convention suggests that it has this port.
    pub(crate) is_guess: bool,
}

/// A netlink protocol, and a port.
type Port = (u16, u32);

/// The ports that were seen, and their processes.
#[derive(Debug)]
pub(crate) struct Ports {
    /// The directory with the files of processes.
    proc: PathBuf,
    known: BTreeMap<Port, (u64, Option<Process>)>,
    /// The ports that are open.
    open: BTreeSet<Port>,
}

impl Ports {
    /// Creates an empty set that searches `proc`, such as `/proc`.
    pub(crate) fn of(proc: &Path) -> Self {
        Self {
            proc: proc.to_owned(),
            known: BTreeMap::new(),
            open: BTreeSet::new(),
        }
    }

    /// Updates the set of open ports.
    pub(crate) fn refresh(&mut self) {
        let Ok(table) = fs::read_to_string(self.proc.join("net/netlink")) else {
            return;
        };
        let sockets: Vec<_> = table.lines().filter_map(socket).collect();
        self.open = sockets.iter().map(|(port, _)| *port).collect();
        let mut rest = BTreeMap::new();
        for (port, inode) in sockets {
            if self.known.get(&port).is_some_and(|known| known.0 == inode) {
                continue;
            }
            let by_convention = [port.1, port.1 & PID_BITS];
            let found = by_convention.into_iter().find_map(|pid| {
                let has = self.inodes(pid).any(|has| has == inode);
                has.then(|| self.process(pid, false)).flatten()
            });
            if found.is_none() {
                rest.insert(inode, port);
            }
            self.known.insert(port, (inode, found));
        }
        self.search(rest);
        if self.known.len() > KNOWN_MAX {
            self.known.retain(|port, _| self.open.contains(port));
        }
    }

    /// Searches all processes for the owners of these sockets.
    fn search(&mut self, mut sockets: BTreeMap<u64, Port>) {
        if sockets.is_empty() {
            return;
        }
        let entries = fs::read_dir(&self.proc).into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        for pid in pids.collect::<Vec<u32>>() {
            for inode in self.inodes(pid).collect::<Vec<_>>() {
                let Some(port) = sockets.remove(&inode) else {
                    continue;
                };
                let process = self.process(pid, false);
                self.known.insert(port, (inode, process));
            }
        }
        for (inode, port) in sockets {
            let process = self.process(port.1, true);
            self.known.insert(port, (inode, process));
        }
    }

    /// Returns the inodes of a process's sockets.
    fn inodes(&self, pid: u32) -> impl Iterator<Item = u64> {
        let folder = self.proc.join(pid.to_string()).join("fd");
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|file| {
            let target = fs::read_link(file.path()).ok()?;
            let inode = target.to_str()?.strip_prefix("socket:[")?;
            inode.strip_suffix(']')?.parse().ok()
        })
    }

    fn process(&self, pid: u32, is_guess: bool) -> Option<Process> {
        let name = fs::read(self.proc.join(pid.to_string()).join("comm")).ok()?;
        let name = String::from_utf8_lossy(&name);
        Some(Process {
            pid,
            name: name.trim_end_matches('\n').to_owned(),
            is_guess,
        })
    }

    /// Returns the process of a port, if it is known or can be guessed.
    pub(crate) fn process_of(&self, protocol: u16, port: u32) -> Option<Process> {
        match self.known.get(&(protocol, port)) {
            Some((_, process)) => process.clone(),
            // Its socket is already closed.
            None => self.process(port, true),
        }
    }

    /// Returns whether a port is open.
    pub(crate) fn is_open(&self, protocol: u16, port: u32) -> bool {
        self.open.contains(&(protocol, port))
    }

    /// Returns the open port of a protocol, if this program owns all others.
    pub(crate) fn only(&self, protocol: u16) -> Option<u32> {
        let own = std::process::id();
        let is_own = |port: &Port| {
            let process = self.process_of(port.0, port.1);
            process.is_some_and(|process| process.pid == own)
        };
        let of_protocol = (protocol, 0)..=(protocol, u32::MAX);
        let mut ports = self.open.range(of_protocol).filter(|port| !is_own(port));
        match (ports.next(), ports.next()) {
            (Some((_, port)), None) => Some(*port),
            _ => None,
        }
    }
}

/// Reads a line of `/proc/net/netlink`: the port and the inode of a program's socket.
fn socket(line: &str) -> Option<(Port, u64)> {
    let mut words = line.split_whitespace();
    let protocol = words.nth(1)?.parse().ok()?;
    let port = words.next()?.parse().ok()?;
    let inode = words.last()?.parse().ok()?;
    (port != 0).then_some(((protocol, port), inode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder with the files of processes, which is removed at the end of its test.
    struct Proc(PathBuf);

    impl Proc {
        fn new(name: &str) -> Self {
            let id = std::process::id();
            let path = std::env::temp_dir().join(format!("parley-test-{name}-{id}"));
            fs::create_dir_all(path.join("net")).unwrap();
            Self(path)
        }

        /// Writes these sockets: protocol, port and inode.
        fn sockets(&self, sockets: &[(u16, u32, u64)]) {
            let mut table = String::from(
                "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    \
                 Drops    Inode\n000000003e8bee2b 0   0          00000000 0        0        \
                 0     2        0        3       \n",
            );
            for (protocol, port, inode) in sockets {
                table += &format!(
                    "000000003e8bee2b {protocol:<3} {port:<10} 00000000 0        0        0     \
                     2        0        {inode:<8}\n"
                );
            }
            fs::write(self.0.join("net/netlink"), table).unwrap();
        }

        fn process(&self, pid: u32, name: &str, inodes: &[u64]) {
            let folder = self.0.join(pid.to_string());
            fs::create_dir_all(folder.join("fd")).unwrap();
            fs::write(folder.join("comm"), format!("{name}\n")).unwrap();
            for (fd, inode) in inodes.iter().enumerate() {
                symlink(
                    format!("socket:[{inode}]"),
                    folder.join("fd").join(fd.to_string()),
                )
                .unwrap();
            }
        }
    }

    impl Drop for Proc {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn process(pid: u32, name: &str, is_guess: bool) -> Process {
        let name = name.to_owned();
        Process {
            pid,
            name,
            is_guess,
        }
    }

    #[test]
    fn a_process_is_known_by_its_socket_and_by_its_port_alone_it_is_a_guess() {
        let proc = Proc::new("known");
        let libnl = 42 | 5 << 22;
        let sockets = [
            (0, 41, 7),
            (16, libnl, 8),
            (0, 4_294_963_139, 9),
            (12, 44, 10),
            (12, 45, 11),
        ];
        proc.sockets(&sockets);
        proc.process(41, "ip", &[1, 7]);
        proc.process(42, "genl", &[8]);
        proc.process(43, "a daemon", &[5, 9]);
        // The files of another user's process cannot be read.
        proc.process(44, "nft", &[]);
        let mut ports = Ports::of(&proc.0);
        ports.refresh();
        for (protocol, port, expected) in [
            (0, 41, Some(process(41, "ip", false))),
            (16, libnl, Some(process(42, "genl", false))),
            (0, 4_294_963_139, Some(process(43, "a daemon", false))),
            (12, 44, Some(process(44, "nft", true))),
            (12, 45, None),
            // No socket has this port any more, but the process is still there.
            (16, 41, Some(process(41, "ip", true))),
            (16, 46, None),
        ] {
            assert_eq!(ports.process_of(protocol, port), expected);
        }
    }

    #[test]
    fn a_process_that_has_ended_is_remembered_until_another_has_its_port() {
        let proc = Proc::new("ended");
        proc.sockets(&[(0, 41, 7)]);
        proc.process(41, "ip", &[7]);
        let mut ports = Ports::of(&proc.0);
        ports.refresh();
        assert_eq!(ports.only(0), Some(41));
        fs::remove_dir_all(proc.0.join("41")).unwrap();
        proc.sockets(&[]);
        ports.refresh();
        let name = |ports: &Ports| ports.process_of(0, 41).map(|known| known.name);
        assert_eq!(name(&ports).as_deref(), Some("ip"));
        assert_eq!(ports.only(0), None);
        proc.sockets(&[(0, 41, 8), (0, 50, 9)]);
        proc.process(41, "nft", &[8]);
        // A socket of this program does not count.
        proc.process(std::process::id(), "parley", &[9]);
        ports.refresh();
        assert_eq!(name(&ports).as_deref(), Some("nft"));
        assert_eq!(ports.only(0), Some(41));
    }

    #[test]
    fn no_more_ports_are_remembered_than_there_is_room_for() {
        let proc = Proc::new("room");
        let mut ports = Ports::of(&proc.0);
        let many: Vec<_> = (1..=KNOWN_MAX as u32).map(|port| (0, port, 7)).collect();
        proc.sockets(&many);
        ports.refresh();
        proc.sockets(&[(16, 1, 7)]);
        ports.refresh();
        assert_eq!(ports.known.len(), 1);
    }
}
