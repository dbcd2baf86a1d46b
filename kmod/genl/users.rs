// SPDX-License-Identifier: GPL-2.0

//! Users of per-namespace state outside of requests, and the wait for the last of them.

use super::helpers;
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            ordering::{
                Acquire,
                Full,
                Relaxed,
                Release, //
            },
            Atomic,
            AtomicFlag, //
        },
        Completion, //
    },
    types::Opaque, //
};

/// Users of a family's states outside of do-requests: callbacks of dumps, and
/// [`Entered`](super::prelude::Entered). Unregistering the family waits for the last one to leave.
///
/// A user runs the module's code even after it has left, so the module must stay for other reasons:
/// a dump or an open file holds a reference to it, and dropping the states waits for their timers.
///
/// # Invariants
///
/// `count` is the number of users, plus [`CLOSED`](Self::CLOSED) while no more are admitted. `idle`
/// is initialized before `count` is without `CLOSED` for the first time. The last user that leaves
/// while `count` includes `CLOSED` completes it. `visible` is set only while the family is
/// registered.
pub(super) struct Users {
    count: Atomic<i32>,
    visible: AtomicFlag,
    idle: Opaque<Completion>,
}

impl Users {
    const CLOSED: i32 = i32::MIN;

    pub(super) const fn new() -> Self {
        // INVARIANT: There are no users, and none are admitted.
        Self {
            count: Atomic::new(Self::CLOSED),
            visible: AtomicFlag::new(false),
            idle: Opaque::uninit(),
        }
    }

    /// Admits callbacks of dumps.
    ///
    /// # Safety
    ///
    /// To be called with the family's claim held, once before each call of [`Self::close`]. This
    /// value must not move from then on.
    pub(super) unsafe fn open(&self) {
        // SAFETY: There is no user, so `idle` is not in use: the last one to complete it had done
        // so before `close` returned. It does not move by the safety requirements of this function.
        let Ok(()) = unsafe { Completion::new().__init(self.idle.get()) };
        self.count.store(0, Release);
    }

    /// Admits users that do not come through netlink. Called when the family is registered.
    pub(super) fn admit(&self) {
        self.visible.store(true, Release);
    }

    /// Refuses further users and waits until the last one has left.
    ///
    /// # Safety
    ///
    /// To be called with the family's claim held, once after each call of [`Self::open`], and
    /// before the family is unregistered.
    pub(super) unsafe fn close(&self, family: &CStr) {
        self.visible.store(false, Release);
        if self.count.fetch_add(Self::CLOSED, Full) != 0 {
            // SAFETY: `open` has initialized `idle`, and the last user completes it. The name is a
            // string with a NUL.
            unsafe {
                helpers::genl_helper_wait_for_users(self.idle.get().cast(), family.as_char_ptr());
            }
        }
    }

    /// Adds a user, until [`Self::leave`] is called. Fails with `ENODEV` while none are admitted.
    pub(super) fn enter(&self) -> Result {
        let mut count = self.count.load(Relaxed);
        while count >= 0 {
            match self.count.cmpxchg(count, count + 1, Full) {
                Ok(_) => return Ok(()),
                Err(other) => count = other,
            }
        }
        Err(ENODEV)
    }

    /// Like [`Self::enter`], but also fails with `ENODEV` while the family is not visible.
    pub(super) fn enter_visible(&self) -> Result {
        self.enter()?;
        if self.visible.load(Acquire) {
            return Ok(());
        }
        self.leave();
        Err(ENODEV)
    }

    pub(super) fn leave(&self) {
        if self.count.fetch_sub(1, Full) == Self::CLOSED + 1 {
            // SAFETY: `open` has initialized `idle`, which stays so until `close` returns, and
            // `close` waits for this.
            unsafe { (*self.idle.get()).complete_all() };
        }
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_users)]
mod tests {
    use super::*;

    #[test]
    fn users_enter_only_while_the_family_is_open() -> Result {
        // In a box, so that it does not move.
        let users = KBox::new(Users::new(), GFP_KERNEL)?;
        for _ in 0..2 {
            assert_eq!(users.enter(), Err(ENODEV));
            // SAFETY: Only this test uses `users`, which does not move; `close` follows.
            unsafe { users.open() };
            assert_eq!(users.enter(), Ok(()));
            assert_eq!(users.enter(), Ok(()));
            users.leave();
            users.leave();
            // SAFETY: As above.
            unsafe { users.close(c"test") };
        }
        assert_eq!(users.enter(), Err(ENODEV));
        Ok(())
    }

    #[test]
    fn users_outside_of_netlink_enter_only_while_the_family_is_visible() -> Result {
        // In a box, so that it does not move.
        let users = KBox::new(Users::new(), GFP_KERNEL)?;
        assert_eq!(users.enter_visible(), Err(ENODEV));
        // SAFETY: Only this test uses `users`, which does not move; `close` follows.
        unsafe { users.open() };
        assert_eq!(users.enter_visible(), Err(ENODEV));
        users.admit();
        assert_eq!(users.enter_visible(), Ok(()));
        users.leave();
        // SAFETY: As above.
        unsafe { users.close(c"test") };
        assert_eq!(users.enter_visible(), Err(ENODEV));
        Ok(())
    }
}
