# SPDX-License-Identifier: GPL-2.0
"""Which kernel logs scripts/test/check-log refuses, and which pass."""

import runpy
import sys

from support import TOP, ScriptTest

sys.dont_write_bytecode = True
# Runs in this process: a process for each of the many lines would take a minute.
CHECK = runpy.run_path(str(TOP / "scripts/test/check-log"))["check"]

BOOT = "<5>[    0.000000] Linux version 7.3.4-parley (root@vm)\n<6>[    0.0] Command line: panic=-1 earlyprintk=serial\n"
BEGIN = "<12>[    2.000000] parley-vm: the guest is up\n"
END = "<12>[    9.900000] parley-vm: the guest is done\n"

# Trouble recognized by its words, at any level. The second list is trouble beyond doubt, even if
# allocations were made to fail.
TROUBLE = """
<3>[    9.1] BUG kmalloc-64 (Tainted: G           O       ): Left Redzone overwritten
<3>[    9.1] BUG parley counters (Tainted: G           O       ): Poison overwritten
<3>[    9.1] BUG kmalloc-64 (Not tainted): Object already free
<3>[    9.1] BUG kmalloc-64 (Not tainted): Freepointer corrupt
<3>[    9.1] BUG skbuff_head_cache (Not tainted): Objects remaining on __kmem_cache_shutdown()
<3>[    9.1] FIX kmalloc-64: Restoring Right Redzone 0x0000000012345678-0x0000000012345680=0xcc
<3>[    9.1] [Right Redzone overwritten] 0x0000000012345678-0x0000000012345680 @offset=64. First byte 0x0 instead of 0xcc
<3>[    9.1] BUG: KASAN: slab-use-after-free in parley_echo+0x10/0x20 [parley]
<3>[    9.1] BUG: KCSAN: data-race in a / b
<3>[    9.1] BUG: KFENCE: use-after-free read in f
<3>[    9.1] UBSAN: array-index-out-of-bounds in kmod/genl/helpers.c:3:5
<4>[    9.1] WARNING: CPU: 0 PID: 1 at net/netlink/genetlink.c:100
<4>[    9.1] ------------[ cut here ]------------
<6>[    9.1] BUG: unable to handle page fault for address: 0000000000000010
<2>[    9.1] kernel BUG at mm/slub.c:1!
<2>[    9.1] kernel tried to execute NX-protected page - exploit attempt? (uid: 0)
<1>[    9.1] Oops: 0000 [#1] SMP
<6>[    9.1] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
<11>[    9.1] kmemleak: unreferenced object 0xffff888003a3e000 (size 96):
<6>[    9.1] kmemleak: Kernel memory leak detector disabled
<6>[    9.1] kmemleak: Kmemleak disabled without freeing internal data. Reclaim the memory
<6>[    9.1] refcount_t: underflow; use-after-free.
<3>[    9.1] list_add corruption. prev->next should be next (0), but was 1. (prev=2).
<3>[    9.1] list_del corruption, 1->next is LIST_POISON1 (2)
<4>[    9.1] page dumped because: nonzero mapcount
<3>[    9.1] INFO: task parley:99 blocked for more than 120 seconds.
<3>[    9.1] INFO: trying to register non-static key.
<7>[    9.1] turning off the locking correctness validator.
<4>[    9.1] DEBUG_LOCKS_WARN_ON(lock->magic != lock)
<3>[    9.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
<6>[    9.1] ref_tracker: net refcnt@ffff888003a3e000 has 1/1 users at
<3>[    9.1] ref_tracker: reference already released.
<6>[    9.1] parley[12]: segfault at 10 ip 00005580 sp 00007ffc error 4 in parley[5580,5000]
<6>[    9.1] parley[12]: unhandled exception: DABT (lower EL), ESR 0x0000000092000006, level 2 translation fault in parley[5580,5000]
<6>[    9.1] traps: parley[12] trap invalid opcode ip:5580 sp:7ffc error:0 in parley[5580,5000]
<6>[    9.1] traps: parley[12] general protection fault ip:5580 sp:7ffc error:0
<4>[    9.1] parley invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0
<6>[    9.1] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=sleep,pid=9,uid=0
<3>[    9.1] Out of memory: Killed process 9 (sleep) total-vm:1kB
<3>[    9.1] parley: rust_kernel: panicked at kmod/state.rs:1:1
<4>[    9.1] ODEBUG: Out of memory. ODEBUG disabled
<3>[    9.1] kobject: 000000001234abcd: tried to init an initialized object, something is seriously wrong.
[    9.1] Kernel panic - not syncing: Fatal exception
""".strip("\n").splitlines()

# Harmless words in reports that are not harmless.
DISGUISED = """
<3>[    9.1] BUG: KASAN: slab-out-of-bounds in x: loading out-of-tree module taints kernel.
<4>[    9.1] WARNING: x hrtimer: interrupt took 9 ns
<4>[    9.1] hrtimer: interrupt took 9 ns, and more that nobody has seen yet
<4>[    9.1] x clocksource: Marking clocksource tsc unstable due to frequency skew
<4>[    9.1] clocksource: skew of something else
<3>[    9.1] tsc: Marking TSC unstable due to KASAN
<4>[    9.1] netlink: 'x': attribute type 3 has an invalid length. BUG: and more
<3>[    9.1] BUG: bo0: (slave v0): speed changed to 0 on port 1
<4>[    9.1] faux_driver regulatory: Direct firmware load for other.bin failed with error -2
""".strip("\n").splitlines()

# Warnings recognized by their level alone.
LEVELS = """
<4>[    9.1] something that nobody has thought of
<12>[    9.1] something that nobody has thought of
<3>[    9.1] kobject: kobject_add_internal failed for parley with -EEXIST
<4>[    9.1] sysfs: cannot create duplicate filename '/devices/virtual/misc/parley'
<4>[    9.1] Call Trace:
""".strip("\n").splitlines()

CLEAN = """
<4>[    2.7] clocksource: Marking clocksource tsc unstable due to frequency skew
<4>[    2.7] clocksource: Watchdog                 hpet interval:        503211092ns
<4>[    2.7] clocksource: Clocksource               tsc interval:        503211092ns
<4>[    2.7] clocksource: CPU0     123456789012 < CPU1     123456789999 (cycles)
<6>[    2.7] clocksource: Watchdog remote CPU 1 read timed out
<4>[    2.8] hrtimer: interrupt took 12345678 ns
<4>[    3.2] parley: loading out-of-tree module taints kernel.
<6>[    3.2] parley: family parley is number 24
<6>[    3.3] BUGs are not what this line reports
<4>[    3.4] netlink: 'refusals-0f': attribute type 3 has an invalid length.
<4>[    3.4] netlink: 4 bytes leftover after parsing attributes in process `refusals-0f'.
<4>[    3.5] __nla_validate_parse: 12 callbacks suppressed
<4>[    3.6] bo0: (slave v0): speed changed to 0 on port 1
<4>[    0.1] kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races
<4>[    3.7] faux_driver regulatory: Direct firmware load for regulatory.db failed with error -2
<4>[    9.8] parley-vm: power off
<0>[    9.9] reboot: Power down
"""
# The kernel's report of a process in a control group that has reached its own limit.
GROUP = """
<4>[    3.9] tenant invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
<4>[    3.9] Call trace:
<4>[    3.9]  show_stack+0x14/0x1c (C)
<4>[    3.9]  dump_stack_lvl+0x70/0x84
<4>[    3.9]  [<000003ffe067306c>] dump_stack_lvl+0x8c/0xa8\x20
<4>[    3.9]  [<0000000003327280>] 0x3327280
<4>[    3.9] Stack:
<4>[    3.9]  3e8000005c5 6062edd1 00000000 6063cfbd
<4>[    3.9]  [<60054810>] ? um_set_signals+0x0/0x90
<6>[    3.9] Memory cgroup out of memory: Killed process 9 (tenant) total-vm:5888kB
<4>[    4.0] memory-1a2b invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
<4>[    4.0] COMPACTION is disabled!!!
<4>[    4.0] CPU: 0 UID: 1000 PID: 9 Comm: memory-1a2b Tainted: G           O        7.3.4-parley #1 PREEMPTLAZY
<4>[    4.0] Tainted: [O]=OOT_MODULE
<4>[    4.0] Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014
<4>[    4.0] Call Trace:
<4>[    4.0]  <TASK>
<4>[    4.0]  dump_stack_lvl+0x57/0x70
<4>[    4.0]  ? __alloc_pages_noprof+0x57/0x70 [parley]
<4>[    4.0]  _RINvNtNtCsdUD9KCFNH94_11parley_main4genl2op4doitNtNtB6_7counter3SetEB6_+0x11c/0x190 [parley]
<4>[    4.0]  ? genl_family_rcv_msg_attrs_parse.constprop.0+0x94/0xf0
<4>[    4.0] RIP: 0033:0x7fbc86089d0c
<4>[    4.0] Code: 3a ab f7 ff 44 8b 4c 24 2c 4c 8b 44 24 20 89 c5 44 8b 54 24 28 <48> 8b 54
<4>[    4.0] RSP: 002b:00007fbc85f7a0d0 EFLAGS: 00000293 ORIG_RAX: 000000000000002c
<4>[    4.0] RAX: ffffffffffffffda RBX: 00000000000002dc RCX: 00007fbc86089d0c
<4>[    4.0]  </TASK>
<4>[    4.0] Memory cgroup min protection 0kB -- low protection 0kB
<6>[    4.0] memory: usage 8192kB, limit 8192kB, failcnt 32
<6>[    4.0] Tasks state (memory values in pages):
<6>[    4.0] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0
<3>[    4.0] Memory cgroup out of memory: Killed process 9 (memory-1a2b) total-vm:1kB
<3>[    4.1] Memory cgroup out of memory: Killed process 10 (memory-1a2b) total-vm:1kB
"""


class CheckLog(ScriptTest):
    def run_check_log(self, text, *options):
        log = self.folder / "log"
        log.write_text(text)
        return self.run_script(TOP / "scripts/test/check-log", *options, log)

    def assert_refused(self, text, *words, faults=False):
        said = "\n".join(CHECK(text.encode(), faults))
        self.assertTrue(said, f"this passed: {text}")
        for word in words:
            self.assertIn(word, said)

    def assert_clean(self, text, faults=False):
        self.assertEqual(CHECK(text.encode(), faults), [])

    def test_each_kind_of_trouble_is_refused_by_its_name(self):
        for line in TROUBLE:
            with self.subTest(line):
                self.assert_refused(f"{BOOT}{BEGIN}{line}\n{END}", line[4:40])

    def test_trouble_is_refused_even_if_allocations_were_made_to_fail(self):
        for line in TROUBLE:
            with self.subTest(line):
                self.assert_refused(f"{BOOT}{BEGIN}{line}\n{END}", faults=True)

    def test_a_report_that_contains_harmless_words_is_refused(self):
        for line in DISGUISED:
            with self.subTest(line):
                self.assert_refused(f"{BOOT}{BEGIN}{line}\n{END}", line[4:40])

    def test_a_warning_nobody_has_thought_of_is_refused(self):
        for line in LEVELS:
            with self.subTest(line):
                self.assert_refused(f"{BOOT}{BEGIN}{line}\n{END}", line[4:40])

    def test_complaints_about_failed_allocations_pass_if_they_were_made_to_fail(self):
        lines = LEVELS + [
            "<4>[ 9.1] parley: page allocation failure: order:0, mode:0xcc0",
            "<3>[ 9.1] ref_tracker: memory allocation failure, unreliable refcount tracker."]
        for line in lines:
            with self.subTest(line):
                self.assert_clean(f"{BOOT}{BEGIN}{line}\n{END}", faults=True)
        self.assert_refused(f"{BOOT}{BEGIN}<2>[ 9.1] something critical\n{END}", faults=True)

    def test_a_clean_log_passes(self):
        self.assert_clean(BOOT + "<4>[ 0.1] APIC calibration not consistent with PM-Timer\n"
                          "<6>[ 0.1] kmemleak: Kernel memory leak detector disabled\n"
                          "<6>[ 0.1] rcu: \tRCU lockdep checking is enabled.\n"
                          + BEGIN + CLEAN.lstrip("\n") + END)

    def test_trouble_during_the_boot_is_refused(self):
        self.assert_refused(f"{BOOT}<4>[ 0.1] WARNING: CPU: 0 at x\n{BEGIN}{END}", "WARNING: CPU")

    def test_lines_of_one_message_share_its_level(self):
        self.assert_refused(f"{BOOT}{BEGIN}<3>[ 9.1] it went wrong:\nas this line explains\n{END}",
                            "as this line explains")

    def test_a_log_of_arm64_begins_with_its_processor(self):
        self.assert_clean("<6>[    0.0] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n" + BOOT + BEGIN + END)

    def test_a_log_that_lacks_its_beginning_is_refused(self):
        self.assert_refused(f"{BEGIN}<6>[ 9.1] all is well\n{END}", "beginning")
        # Any program's message may contain these words.
        self.assert_refused(f"<6>[ 8.1] I want Linux version 7.3\n{BEGIN}{END}", "beginning")

    def test_a_log_without_marks_is_refused(self):
        self.assert_refused(f"{BOOT}<6>[ 9.1] all is well\n", "between the boot and the run")
        self.assert_refused(f"{BOOT}{END}", "between the boot and the run")
        self.assert_refused(f"{BOOT}<4>[ 9.1] a warning\n", "a warning")

    def test_a_log_that_is_cut_short_is_refused_wherever_it_is_cut(self):
        whole = BOOT + BEGIN + CLEAN.lstrip("\n") + END
        self.assert_clean(whole)
        for end in range(0, len(whole) - 1, 7):
            with self.subTest(end):
                self.assert_refused(whole[:end])
        self.assert_refused(BOOT + BEGIN + CLEAN, "cut short")

    def test_trouble_in_a_log_that_is_cut_short_is_shown(self):
        self.assert_refused(f"{BOOT}{BEGIN}<4>[ 9.1] parley: trouble\n", "cut short", "parley: trouble")
        # As on the console, where lines before the mark have no level.
        self.assert_refused("[ 0.0] Linux version 7\n[ 2.0] parley-vm: the guest is up\n"
                            "<4>[ 9.1] parley: trouble\n", "cut short", "parley: trouble")

    def test_a_process_that_reaches_the_limit_of_its_own_group_passes(self):
        self.assert_clean(BOOT + BEGIN + GROUP.lstrip("\n") + END)

    def test_other_trouble_within_the_report_of_a_group_is_refused(self):
        for line in ("<4>[ 4.0] BUG: KASAN: slab-use-after-free in x", "<6>[ 4.0] kmemleak: unreferenced object 0x1",
                     "<3>[ 4.0] parley: something else went wrong"):
            with self.subTest(line):
                text = GROUP.replace("<6>[    4.0] Tasks", f"{line}\n<6>[    4.0] Tasks").lstrip("\n")
                self.assert_refused(BOOT + BEGIN + text + END, line[9:])

    def test_the_killed_process_of_a_group_does_not_excuse_a_lack_of_memory_elsewhere(self):
        machine = "<4>[ 5.0] parley invoked oom-killer: gfp_mask=0xcc0\n"
        self.assert_refused(BOOT + BEGIN + GROUP.lstrip("\n") + machine + END, "invoked oom-killer")

    def test_the_exit_status_says_whether_the_log_is_clean(self):
        clean, dirty = BOOT + BEGIN + END, f"{BOOT}{BEGIN}<4>[ 9.1] Call Trace:\n{END}"
        for text, options, status in ((clean, [], 0), (dirty, [], 1), (dirty, ["--faults"], 0), ("", [], 1)):
            done = self.run_check_log(text, *options)
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn("Call Trace", self.run_check_log(dirty).stderr)

    def test_an_absent_log_and_wrong_usage_fail(self):
        check_log = TOP / "scripts/test/check-log"
        self.assertEqual(self.run_script(check_log, self.folder / "absent").returncode, 1)
        for arguments in ([], ["--faults"], ["a", "b"], ["--self-test"]):
            self.assertEqual(self.run_script(check_log, *arguments).returncode, 2, arguments)
