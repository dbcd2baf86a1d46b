// SPDX-License-Identifier: GPL-2.0

//! `/dev/parley`, and `parley/stats` in debugfs: the same echo, counters and statistics by other
//! channels than netlink, to compare with.
//!
//! By rule all unsafe code is in `genl/`. This file has some of its own, for what the kernel's
//! abstractions of a misc device and of debugfs lack: a mode. These files are for everybody, and
//! those abstractions' are for root alone.
//!
//! C header: [`include/linux/miscdevice.h`](srctree/include/linux/miscdevice.h)

use crate::{
    counter,
    genl::OpenNet,
    state::Net,
    uapi, //
};
use kernel::{
    bindings,
    debugfs::Scope,
    error::to_result,
    fmt,
    fs::{
        File,
        Kiocb, //
    },
    ioctl::_IOWR,
    iov::{
        IovIterDest,
        IovIterSource, //
    },
    miscdevice::{
        MiscDevice,
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
    new_mutex,
    prelude::*,
    str::CStr,
    sync::Mutex,
    types::Opaque,
    uaccess::{
        UserPtr,
        UserSlice, //
    }, //
};

/// Everybody may open it; who may change a counter is asked with each call.
const MODE: bindings::umode_t = 0o666;

/// What `PARLEY_IOC_ECHO` takes. Only its layout is used.
#[repr(C)]
struct EchoCall {
    from: u64,
    to: u64,
    len: u32,
    flags: u32,
}

/// What `PARLEY_IOC_COUNTER_ADD` takes. Only its layout is used.
#[repr(C)]
struct CounterAddCall {
    name: [u8; uapi::NAME_MAX + 1],
    delta: i64,
    value: u64,
}

const IOC_ECHO: u32 = _IOWR::<EchoCall>(b'P' as u32, 1);
const IOC_COUNTER_ADD: u32 = _IOWR::<CounterAddCall>(b'P' as u32, 2);

/// An open `/dev/parley`. It holds the module, and the namespace of who opened it.
#[pin_data]
pub(crate) struct Device {
    net: OpenNet<Net>,
    /// Guards what was written last and not replaced since. Held while it is read or replaced, and
    /// taken before no other.
    #[pin]
    kept: Mutex<KVVec<u8>>,
}

#[vtable]
impl MiscDevice for Device {
    type Ptr = Pin<KBox<Self>>;

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<Pin<KBox<Self>>> {
        let net = OpenNet::current()?;
        KBox::try_pin_init(
            try_pin_init!(Self {
                net,
                kept <- new_mutex!(KVVec::new(), "parley_kept"),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    fn read_iter(mut kiocb: Kiocb<'_, Self::Ptr>, to: &mut IovIterDest<'_>) -> Result<usize> {
        let device = kiocb.file();
        let kept = device.kept.lock();
        to.simple_read_from_buffer(kiocb.ki_pos_mut(), &kept)
    }

    fn write_iter(mut kiocb: Kiocb<'_, Self::Ptr>, from: &mut IovIterSource<'_>) -> Result<usize> {
        let device = kiocb.file();
        if from.len() > uapi::PAYLOAD_MAX {
            return Err(EMSGSIZE);
        }
        let wanted = from.len();
        let mut new = KVVec::new();
        // Into a buffer of its own, so that what was kept stays where this fails.
        if from.copy_from_iter_vec(&mut new, GFP_KERNEL_ACCOUNT)? != wanted {
            return Err(EFAULT);
        }
        let old = core::mem::replace(&mut *device.kept.lock(), new);
        drop(old);
        // What is read next is this, from its start.
        *kiocb.ki_pos_mut() = 0;
        Ok(wanted)
    }

    fn ioctl(device: Pin<&Self>, file: &File, cmd: u32, arg: usize) -> Result<isize> {
        let arg = UserPtr::from_addr(arg);
        match cmd {
            IOC_ECHO => device.echo(arg),
            IOC_COUNTER_ADD => device.counter_add(file, arg),
            _ => Err(ENOTTY),
        }
    }
}

impl Device {
    fn echo(&self, arg: UserPtr) -> Result<isize> {
        let mut call = UserSlice::new(arg, size_of::<EchoCall>()).reader();
        let (from, to) = (call.read::<u64>()?, call.read::<u64>()?);
        let (len, flags) = (call.read::<u32>()? as usize, call.read::<u32>()?);
        if flags != 0 {
            return Err(EINVAL);
        }
        if len > uapi::PAYLOAD_MAX {
            return Err(EMSGSIZE);
        }
        let address = |address: u64| usize::try_from(address).map_err(|_| EFAULT);
        let from = UserPtr::from_addr(address(from)?);
        let to = UserPtr::from_addr(address(to)?);
        let mut payload = KVVec::new();
        UserSlice::new(from, len).read_all(&mut payload, GFP_KERNEL)?;
        UserSlice::new(to, len).writer().write_slice(&payload)?;
        self.net.namespace().state().echoed(len);
        Ok(0)
    }

    fn counter_add(&self, file: &File, arg: UserPtr) -> Result<isize> {
        if !self.net.net_admin(file) {
            return Err(EPERM);
        }
        let mut call = UserSlice::new(arg, size_of::<CounterAddCall>()).reader();
        let mut name = [0; uapi::NAME_MAX + 1];
        call.read_slice(&mut name)?;
        let name = CStr::from_bytes_until_nul(&name).map_err(|_| EINVAL)?;
        let delta = call.read::<i64>()?;
        let at = arg.wrapping_byte_add(core::mem::offset_of!(CounterAddCall, value));
        let value = || UserSlice::new(at, size_of::<u64>()).writer();
        // Where the answer cannot be given, nothing is changed.
        value().write::<u64>(&0)?;
        value().write::<u64>(&counter::add(&self.net, name, delta)?)?;
        Ok(0)
    }
}

/// `/dev/parley` while it is there.
///
/// # Invariants
///
/// `misc` is registered, and was made for [`Device`].
#[pin_data(PinnedDrop)]
pub(crate) struct Registration {
    #[pin]
    misc: Opaque<bindings::miscdevice>,
}

// SAFETY: A misc device may be deregistered by another thread than the one that registered it.
unsafe impl Send for Registration {}

// SAFETY: There are no methods.
unsafe impl Sync for Registration {}

impl Registration {
    /// Makes the device.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        let options = MiscDeviceOptions { name: c"parley" };
        try_pin_init!(Self {
            misc <- Opaque::try_ffi_init(move |slot: *mut bindings::miscdevice| {
                let misc = bindings::miscdevice {
                    mode: MODE,
                    ..options.into_raw::<Device>()
                };
                // SAFETY: The slot can be written, and then holds a misc device that stays where it
                // is until it is deregistered. The callbacks take it for a
                // `MiscDeviceRegistration<Device>`, which is what it is but for the mode: that
                // type is transparent, and this was made as it makes its own.
                // INVARIANT: It is registered where this succeeds.
                unsafe {
                    slot.write(misc);
                    to_result(bindings::misc_register(slot))
                }
            }),
        })
    }
}

#[pinned_drop]
impl PinnedDrop for Registration {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: It is registered by the type invariants.
        unsafe { bindings::misc_deregister(self.misc.get()) };
    }
}

/// What the file `parley/stats` in debugfs shows.
#[pin_data]
pub(crate) struct Stats {
    net: OpenNet<Net>,
}

/// The folder `parley` in debugfs, with the file `stats`: a line for each number of the initial
/// namespace, `name value`.
pub(crate) fn debugfs() -> impl PinInit<Scope<Stats>, Error> {
    let stats = try_pin_init!(Stats {
        net: OpenNet::initial()?,
    });
    Scope::dir(stats, c"parley", |stats, dir| {
        dir.read_callback_file(c"stats", stats, &show_stats);
        #[cfg(CONFIG_DEBUG_FS)]
        let_everybody_read(c"parley", c"stats");
    })
}

/// Gives the file `name` in the folder `dir` of debugfs the mode 0444, if it is there.
#[cfg(CONFIG_DEBUG_FS)]
fn let_everybody_read(dir: &CStr, name: &CStr) {
    let (root, dir, name) = (core::ptr::null_mut(), dir.as_char_ptr(), name.as_char_ptr());
    // SAFETY: The names are strings. What a lookup returns is null or an error, or an entry that
    // exists and is held until it is put; an entry that exists has an inode. Its type stays what it
    // is; its mode is read by who opens it, before or after this.
    unsafe {
        let dir = bindings::debugfs_lookup(dir, root);
        if is_entry(dir) {
            let file = bindings::debugfs_lookup(name, dir);
            if is_entry(file) {
                let inode = (*file).d_inode;
                (*inode).i_mode = ((*inode).i_mode & !0o777) | 0o444;
                bindings::dput(file);
            }
            bindings::dput(dir);
        }
    }
}

/// Whether `entry` is neither null nor an error.
#[cfg(CONFIG_DEBUG_FS)]
fn is_entry(entry: *mut bindings::dentry) -> bool {
    kernel::error::from_err_ptr(entry).is_ok_and(|entry| !entry.is_null())
}

fn show_stats(stats: &Stats, to: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (_, name, value) in stats.net.namespace().state().stats() {
        // Names of attributes are ASCII.
        writeln!(to, "{} {value}", name.to_str().unwrap_or_default())?;
    }
    Ok(())
}
