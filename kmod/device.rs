// SPDX-License-Identifier: GPL-2.0

//! `/dev/parley`, and `parley/stats` in debugfs: the same echo, counters and statistics through
//! other channels than netlink, for comparison.
//!
//! By rule all unsafe code is in `genl/`. This file has some of its own, because the kernel's
//! abstractions lack two things: a misc device's mode, without which only root could open it, and
//! the owner of a debugfs file, without which the module could be unloaded while the file is open.
//!
//! C headers: [`include/linux/miscdevice.h`](srctree/include/linux/miscdevice.h),
//! [`include/linux/debugfs.h`](srctree/include/linux/debugfs.h)

use crate::{
    counter,
    genl::{
        self,
        prelude::OpenNet, //
    },
    parley::{
        stats_get,
        NAME_MAX,
        PAYLOAD_MAX, //
    },
    state::Net, //
};
#[cfg(CONFIG_DEBUG_FS)]
use core::ptr;
use kernel::{
    bindings,
    error::to_result,
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
    sync::{
        Arc,
        Mutex, //
    },
    types::Opaque,
    uaccess::{
        UserPtr,
        UserSlice, //
    }, //
};

mod ioctl;

use ioctl::{
    parley_ioc_counter_add,
    parley_ioc_echo,
    PARLEY_IOC_MAGIC,
    PARLEY_IOC_NR_COUNTER_ADD,
    PARLEY_IOC_NR_ECHO, //
};
#[cfg(CONFIG_DEBUG_FS)]
use kernel::{
    ffi::{
        c_int,
        c_void, //
    },
    fmt,
    seq_file::{
        seq_print,
        SeqFile, //
    }, //
};

/// Everyone may open it; each call checks whether its caller may change a counter.
const MODE: bindings::umode_t = 0o666;

const IOC_ECHO: u32 = _IOWR::<parley_ioc_echo>(PARLEY_IOC_MAGIC as u32, PARLEY_IOC_NR_ECHO);
const IOC_COUNTER_ADD: u32 =
    _IOWR::<parley_ioc_counter_add>(PARLEY_IOC_MAGIC as u32, PARLEY_IOC_NR_COUNTER_ADD);

/// An open `/dev/parley`. It holds references to the module and to its opener's namespace.
#[pin_data]
pub(crate) struct Device {
    net: OpenNet<Net>,
    /// Guards the reference to the bytes written last. Held while the reference is cloned or
    /// replaced, but not while the bytes are copied, because a user can delay the copy. No other
    /// lock is taken under it.
    #[pin]
    kept: Mutex<Arc<KVVec<u8>>>,
}

#[vtable]
impl MiscDevice for Device {
    type Ptr = Pin<KBox<Self>>;

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<Pin<KBox<Self>>> {
        let net = OpenNet::current()?;
        KBox::try_pin_init(
            try_pin_init!(Self {
                net,
                kept <- new_mutex!(Arc::new(KVVec::new(), GFP_KERNEL_ACCOUNT)?, "parley_kept"),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    fn read_iter(mut kiocb: Kiocb<'_, Self::Ptr>, to: &mut IovIterDest<'_>) -> Result<usize> {
        let device = kiocb.file();
        let kept = device.kept.lock().clone();
        let at = usize::try_from(*kiocb.ki_pos_mut()).unwrap_or(usize::MAX);
        let wanted = to.len().min(kept.len().saturating_sub(at));
        match to.simple_read_from_buffer(kiocb.ki_pos_mut(), &kept)? {
            // This is not the end of the file: the caller's memory cannot be written.
            0 if wanted > 0 => Err(EFAULT),
            read => Ok(read),
        }
    }

    fn write_iter(mut kiocb: Kiocb<'_, Self::Ptr>, from: &mut IovIterSource<'_>) -> Result<usize> {
        let device = kiocb.file();
        if from.len() > PAYLOAD_MAX {
            return Err(EMSGSIZE);
        }
        let wanted = from.len();
        let mut new = KVVec::new();
        // Copied into a separate buffer, so that the previous bytes remain if this fails.
        if from.copy_from_iter_vec(&mut new, GFP_KERNEL_ACCOUNT)? != wanted {
            return Err(EFAULT);
        }
        let new = Arc::new(new, GFP_KERNEL_ACCOUNT)?;
        let old = core::mem::replace(&mut *device.kept.lock(), new);
        drop(old);
        // The next read returns these bytes from their start.
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
        let mut call = UserSlice::new(arg, size_of::<parley_ioc_echo>()).reader();
        let (from, to) = (call.read::<u64>()?, call.read::<u64>()?);
        let (len, flags) = (call.read::<u32>()? as usize, call.read::<u32>()?);
        if flags != 0 {
            return Err(EINVAL);
        }
        if len > PAYLOAD_MAX {
            return Err(EMSGSIZE);
        }
        let address = |address: u64| usize::try_from(address).map_err(|_| EFAULT);
        let from = UserPtr::from_addr(address(from)?);
        let to = UserPtr::from_addr(address(to)?);
        let mut payload = KVVec::new();
        UserSlice::new(from, len).read_all(&mut payload, GFP_KERNEL_ACCOUNT)?;
        UserSlice::new(to, len).writer().write_slice(&payload)?;
        self.net.enter()?.namespace().state().echoed(len);
        Ok(0)
    }

    fn counter_add(&self, file: &File, arg: UserPtr) -> Result<isize> {
        if !self.net.net_admin(file) {
            return Err(EPERM);
        }
        let mut call = UserSlice::new(arg, size_of::<parley_ioc_counter_add>()).reader();
        let mut name = [0; NAME_MAX + 1];
        call.read_slice(&mut name)?;
        let name = CStr::from_bytes_until_nul(&name).map_err(|_| EINVAL)?;
        let delta = call.read::<i64>()?;
        let at = arg.wrapping_byte_add(core::mem::offset_of!(parley_ioc_counter_add, value));
        let value = || UserSlice::new(at, size_of::<u64>()).writer();
        // If the caller's memory cannot be written, this fails before anything is changed, unless
        // the memory becomes unwritable just below. A call that fails leaves 0 there.
        value().write::<u64>(&0)?;
        value().write::<u64>(&counter::add(&self.net, name, delta)?)?;
        Ok(0)
    }
}

/// The interfaces that the module offers besides its family.
#[pin_data]
pub(crate) struct Channels {
    _stats: StatsFile,
    #[pin]
    _device: Registration,
}

impl genl::Channels for Channels {
    fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _stats: StatsFile::new(),
            _device <- Registration::new(),
        })
    }
}

/// `/dev/parley` while it is registered.
///
/// # Invariants
///
/// `misc` is registered, and was made for [`Device`].
#[pin_data(PinnedDrop)]
struct Registration {
    #[pin]
    misc: Opaque<bindings::miscdevice>,
}

// SAFETY: A misc device may be deregistered by another thread than the one that registered it.
unsafe impl Send for Registration {}

// SAFETY: There are no methods.
unsafe impl Sync for Registration {}

impl Registration {
    /// Creates and registers the device.
    fn new() -> impl PinInit<Self, Error> {
        let options = MiscDeviceOptions { name: c"parley" };
        try_pin_init!(Self {
            misc <- Opaque::try_ffi_init(move |slot: *mut bindings::miscdevice| {
                let misc = bindings::miscdevice {
                    mode: MODE,
                    ..options.into_raw::<Device>()
                };
                // SAFETY: The slot can be written, and then holds a misc device that stays in place
                // until it is deregistered. The callbacks take it for a
                // `MiscDeviceRegistration<Device>`. Except for the mode, it is one: that type is
                // transparent, and this code creates it the way that type does.
                // INVARIANT: If this succeeds, it is registered.
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

/// The directory `parley` in debugfs, with the file `stats`: a line `name value` for each statistic
/// of the initial namespace. Only root can read it, as with all of debugfs.
///
/// # Invariants
///
/// The pointer was returned by `debugfs_create_dir`.
#[cfg(CONFIG_DEBUG_FS)]
struct StatsFile(*mut bindings::dentry);

#[cfg(CONFIG_DEBUG_FS)]
// SAFETY: Any thread may remove a debugfs directory; nothing else is done with it.
unsafe impl Send for StatsFile {}

#[cfg(CONFIG_DEBUG_FS)]
// SAFETY: There are no methods.
unsafe impl Sync for StatsFile {}

#[cfg(CONFIG_DEBUG_FS)]
impl StatsFile {
    const OPERATIONS: bindings::file_operations = bindings::file_operations {
        // An open file holds a reference to the module.
        owner: kernel::module::this_module::<crate::LocalModule>().as_ptr(),
        open: Some(Self::open),
        read: Some(bindings::seq_read),
        llseek: Some(bindings::seq_lseek),
        release: Some(bindings::single_release),
        ..pin_init::zeroed()
    };

    /// Creates both. A failure of debugfs is not an error, as everywhere in the kernel.
    fn new() -> Self {
        // SAFETY: The names are strings, and the operations are static. debugfs accepts an error
        // pointer as the directory.
        // INVARIANT: `debugfs_create_dir` returns the pointer below.
        unsafe {
            let folder = bindings::debugfs_create_dir(c"parley".as_char_ptr(), ptr::null_mut());
            bindings::debugfs_create_file_full(
                c"stats".as_char_ptr(),
                0o400,
                folder,
                ptr::null_mut(),
                ptr::null(),
                &Self::OPERATIONS,
            );
            Self(folder)
        }
    }

    /// # Safety
    ///
    /// To be called by the kernel only, as `open` of the file.
    unsafe extern "C" fn open(_inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        match OpenNet::<Net>::initial() {
            // SAFETY: The kernel passes a file that is being opened; `release` matches this.
            Ok(_) => unsafe { bindings::single_open(file, Some(Self::show), ptr::null_mut()) },
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// To be called by the kernel only, as `show` of the open file.
    unsafe extern "C" fn show(to: *mut bindings::seq_file, _: *mut c_void) -> c_int {
        // SAFETY: The kernel passes its seq file, and locks it for the call.
        let to = unsafe { SeqFile::from_raw(to) };
        let shown = OpenNet::<Net>::initial().and_then(|net| {
            let stats = net.enter()?.namespace().state().stats();
            seq_print!(to, "{}", Lines(stats));
            Ok(())
        });
        shown.map_or_else(|error| error.to_errno(), |()| 0)
    }
}

/// The statistics, one on each line.
#[cfg(CONFIG_DEBUG_FS)]
struct Lines(stats_get::Reply);

#[cfg(CONFIG_DEBUG_FS)]
impl fmt::Display for Lines {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = &self.0;
        for (name, value) in [
            ("echoes", stats.echoes),
            ("echo-bytes", stats.echo_bytes),
            ("counters", stats.counters),
            ("notifications", stats.notifications),
            ("asks-pending", stats.asks_pending),
            ("asks-answered", stats.asks_answered),
        ] {
            writeln!(to, "{name} {}", value.unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(CONFIG_DEBUG_FS)]
impl Drop for StatsFile {
    fn drop(&mut self) {
        // SAFETY: By the type invariants; an error pointer is ignored. This waits for running calls
        // of `open` and `show`.
        unsafe { bindings::debugfs_remove(self.0) };
    }
}

/// Without debugfs there is no file.
#[cfg(not(CONFIG_DEBUG_FS))]
struct StatsFile;

#[cfg(not(CONFIG_DEBUG_FS))]
impl StatsFile {
    fn new() -> Self {
        Self
    }
}
