// SPDX-License-Identifier: MIT OR Apache-2.0

//! An nlmon device and the netlink messages that it captures: those of all programs in
//! its network namespace.

#[allow(unsafe_code)]
mod sys;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use parley_netlink::explain;
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::{self, flags};
use parley_netlink::netlink::protocol;
use parley_netlink::netlink::socket::Expect;
use parley_netlink::route::{Entry, Link};
use parley_netlink::{Error, Socket};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, SystemTime};

/// The first part of the device's name, before a number.
const NAME: &str = "parleymon";
/// The maximum number of devices of this program.
const DEVICES_MAX: u32 = 100;
/// The size of the receive buffer, in bytes.
const ROOM: i32 = 16 << 20;
/// The maximum number of bytes kept of a datagram.
const KEPT_MAX: usize = 256 << 10;
/// The maximum number of datagrams received at a time.
const BATCH_MAX: usize = 512;

/// A datagram that passed between a program and the kernel.
pub(crate) struct Datagram {
    pub(crate) time: SystemTime,
    /// The netlink protocol.
    pub(crate) protocol: u16,
    pub(crate) bytes: Vec<u8>,
    /// Its original length, if that is greater.
    pub(crate) whole: usize,
}

impl Datagram {
    /// Returns it in the form that the decoder takes.
    pub(crate) fn explained(&self) -> explain::Datagram<'_> {
        // On an nlmon device all packets look alike; the flags show the direction.
        let unknown = explain::Direction::Unknown;
        let mut datagram = explain::Datagram::new(&self.bytes, self.protocol, unknown);
        datagram.whole = self.whole;
        datagram
    }
}

/// The result of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wakeup {
    Datagrams,
    /// `stop` is readable.
    Stop,
    /// The timeout has passed.
    Timeout,
}

/// The device, which is removed when this value is dropped.
struct Device {
    route: Socket,
    name: String,
    /// 0 while it is unknown.
    index: u32,
    is_there: bool,
}

/// A packet socket on its own device.
pub(crate) struct Nlmon {
    // Closed before the device is removed, because it would capture the removal.
    packets: OwnedFd,
    device: Device,
    buffer: Box<[u8]>,
    /// The error that ended the capture.
    failure: Option<io::Error>,
}

impl Nlmon {
    /// Adds the device to this network namespace, and listens.
    pub(crate) fn open() -> Result<Self> {
        let device = Device::add()?;
        let opened = || {
            let packets = sys::open()?;
            sys::set_room(&packets, ROOM)?;
            sys::bind(&packets, device.index)?;
            io::Result::Ok(packets)
        };
        let packets = opened().with_context(|| {
            let name = &device.name;
            format!("cannot listen on the device {name} (a packet socket needs CAP_NET_RAW)")
        })?;
        Ok(Self {
            packets,
            device,
            buffer: vec![0; KEPT_MAX].into_boxed_slice(),
            failure: None,
        })
    }

    /// Returns the name of the device.
    pub(crate) fn name(&self) -> &str {
        &self.device.name
    }

    /// Waits for datagrams, or until `stop` is readable.
    pub(crate) fn wait(&self, stop: BorrowedFd<'_>, wait: Option<Duration>) -> Result<Wakeup> {
        let mut fds = [
            PollFd::new(stop, PollFlags::POLLIN),
            PollFd::new(self.packets.as_fd(), PollFlags::POLLIN),
        ];
        // Rounded up, so as not to end early: poll(2) counts whole milliseconds.
        let millis = |wait: Duration| wait.as_nanos().div_ceil(1_000_000);
        let wait = wait.map_or(PollTimeout::NONE, |wait| {
            PollTimeout::try_from(millis(wait)).unwrap_or(PollTimeout::MAX)
        });
        match poll(&mut fds, wait) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("cannot wait for netlink messages"),
        }
        let [stop, packets] = fds.map(|fd| fd.any().unwrap_or(false));
        Ok(match (stop, packets) {
            (true, _) => Wakeup::Stop,
            (_, true) => Wakeup::Datagrams,
            _ => Wakeup::Timeout,
        })
    }

    /// Receives the waiting datagrams. If the device is removed, the kernel returns the error ahead
    /// of the datagrams that still wait, so this keeps the error for [`Self::failure`].
    pub(crate) fn receive(&mut self, datagrams: &mut Vec<Datagram>) {
        for _ in 0..BATCH_MAX {
            match sys::receive(&self.packets, &mut self.buffer) {
                Ok((protocol, whole)) => datagrams.push(Datagram {
                    time: SystemTime::now(),
                    protocol,
                    bytes: self.buffer.get(..whole).unwrap_or(&self.buffer).to_vec(),
                    whole,
                }),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.failure = Some(error),
            }
        }
    }

    /// Returns the error of an earlier receive.
    pub(crate) fn failure(&mut self) -> Result<()> {
        let Some(error) = self.failure.take() else {
            return Ok(());
        };
        let what = match error.raw_os_error() {
            Some(libc::ENETDOWN) => ": it was removed, or set down",
            _ => "",
        };
        let name = &self.device.name;
        Err(error).context(format!("cannot read the device {name}{what}"))
    }

    /// Returns the number of datagrams lost since the last call, because they arrived
    /// faster than they were received.
    pub(crate) fn lost(&self) -> Result<u32> {
        sys::lost(&self.packets).context("cannot read how many messages were lost")
    }

    /// Removes the device.
    pub(crate) fn close(self) -> Result<()> {
        let Self {
            packets,
            mut device,
            ..
        } = self;
        drop(packets);
        let removed = device.remove();
        removed.with_context(|| format!("cannot remove the device {}", device.name))
    }
}

impl Device {
    /// Adds the device and sets it up.
    fn add() -> Result<Self> {
        let mut device = Self {
            route: Socket::open(protocol::ROUTE)?,
            name: String::new(),
            index: 0,
            is_there: false,
        };
        let mut number = 0;
        loop {
            device.name = format!("{NAME}{number}");
            let (route, name) = (&mut device.route, &device.name);
            let create = flags::CREATE | flags::EXCL;
            let added = change(route, libc::RTM_NEWLINK, create, 0, |writer| {
                writer.string(libc::IFLA_IFNAME, name)?;
                writer.nest(libc::IFLA_LINKINFO, |writer| {
                    writer.string(libc::IFLA_INFO_KIND, "nlmon")
                })
            });
            match added {
                Err(error) if error.errno() == Some(libc::EEXIST) && number < DEVICES_MAX => {
                    number += 1;
                }
                added => {
                    // If the kernel has not answered in time, it may still add the
                    // device.
                    device.is_there = matches!(added, Ok(()) | Err(Error::Timeout(_)));
                    added.context("cannot add an nlmon device")?;
                    break;
                }
            }
        }
        let links = Link::all(&mut device.route)?.entries;
        let link = links.iter().find(|link| link.name == *device.name);
        let link = link.with_context(|| format!("the device {} is gone", device.name))?;
        device.index = link.index;
        Ok(device)
    }

    /// Removes the device. Succeeds if another program has removed it.
    fn remove(&mut self) -> parley_netlink::Result<()> {
        if !std::mem::take(&mut self.is_there) {
            return Ok(());
        }
        let (index, name) = (self.index, &self.name);
        let removed = change(
            &mut self.route,
            libc::RTM_DELLINK,
            0,
            index,
            |writer| match index {
                0 => writer.string(libc::IFLA_IFNAME, name),
                _ => Ok(()),
            },
        );
        match removed {
            Err(error) if error.errno() == Some(libc::ENODEV) => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // The program is already ending with another failure.
        let _ = self.remove();
    }
}

/// Requests a change of links. A new link is set up.
fn change(
    route: &mut Socket,
    kind: u16,
    modifiers: u16,
    index: u32,
    fill: impl FnOnce(&mut Writer<'_>) -> parley_netlink::Result<()>,
) -> parley_netlink::Result<()> {
    let seq = route.next_seq();
    let flags = flags::REQUEST | flags::ACK | modifiers;
    let mut request = message::header(kind, flags, seq).to_vec();
    // struct ifinfomsg: the family, the type, the index, the flags and their mask.
    let is_new = kind == libc::RTM_NEWLINK;
    let up = if is_new { libc::IFF_UP as u32 } else { 0 };
    request.extend([0; 4]);
    request.extend(index.to_ne_bytes());
    request.extend(up.to_ne_bytes());
    request.extend(up.to_ne_bytes());
    fill(&mut Writer::new(&mut request))?;
    message::finish(&mut request, 0)?;
    match route.transact(&request, seq, Expect::Ack) {
        Ok(_) => Ok(()),
        Err(Error::Refused(mut refusal)) => {
            refusal.operation = Some(if is_new { "RTM_NEWLINK" } else { "RTM_DELLINK" });
            Err(Error::Refused(refusal))
        }
        Err(error) => Err(error),
    }
}
