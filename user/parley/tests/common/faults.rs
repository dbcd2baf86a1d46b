// SPDX-License-Identifier: MIT OR Apache-2.0

//! Allocations that fail. Needs a kernel with fault injection, such as `debug`.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::sync::OnceLock;

/// Makes the allocations of this thread fail.
pub struct Faults(File);

impl Faults {
    pub fn new() -> Self {
        static SET: OnceLock<()> = OnceLock::new();
        SET.get_or_init(|| {
            for (file, value) in [
                // Also fail allocations that may wait, which are nearly all of them.
                ("failslab/ignore-gfp-wait", "N"),
                ("fail_page_alloc/ignore-gfp-wait", "N"),
                ("fail_page_alloc/min-order", "0"),
                // Each failure would leave a trace in the log.
                ("failslab/verbose", "0"),
                ("fail_page_alloc/verbose", "0"),
            ] {
                std::fs::write(format!("/sys/kernel/debug/{file}"), value)
                    .expect("this kernel has fault injection");
            }
        });
        let path = "/proc/thread-self/fail-nth";
        let file = OpenOptions::new().read(true).write(true).open(path);
        Self(file.expect("this kernel has fault injection"))
    }

    pub fn set(&self, n: u32) {
        self.0.write_all_at(n.to_string().as_bytes(), 0).unwrap();
    }

    /// Calls `call` with its `n`th allocation failing. Returns whether there was one.
    pub fn inject<T>(&self, n: u32, call: impl FnOnce() -> T) -> (T, bool) {
        self.set(n);
        let result = call();
        // If the fault was not used up, this is the rest of the count.
        let mut left = [0; 16];
        let len = self.0.read_at(&mut left, 0).unwrap_or(0);
        self.set(0);
        let left = std::str::from_utf8(&left[..len]).unwrap();
        (result, left.trim() == "0")
    }
}

/// Runs `round` with N from 1 on, until a round has no failure.
pub fn every(what: &str, mut round: impl FnMut(&Faults, u32) -> bool) {
    let faults = Faults::new();
    let mut n = 1;
    while round(&faults, n) {
        n += 1;
        assert!(n < 20_000, "{what} does not come to an end");
    }
    println!("{:<40} {:>5} allocations", what, n - 1);
}

/// Refuses every block of 16 pages or more to this thread.
pub struct NoLargeBlocks;

impl NoLargeBlocks {
    const TIMES: u32 = 1000;

    pub fn new() -> Self {
        Self::set(&[
            ("ignore-gfp-wait", "N"),
            ("min-order", "4"),
            ("verbose", "0"),
            ("interval", "1"),
            ("times", &Self::TIMES.to_string()),
            ("task-filter", "Y"),
            ("probability", "100"),
        ]);
        std::fs::write("/proc/thread-self/make-it-fail", "1").unwrap();
        Self
    }

    fn set(values: &[(&str, &str)]) {
        for (file, value) in values {
            std::fs::write(format!("/sys/kernel/debug/fail_page_alloc/{file}"), value)
                .expect("this kernel has fault injection");
        }
    }

    /// The number of refused blocks.
    pub fn refused(&self) -> u32 {
        let left = std::fs::read_to_string("/sys/kernel/debug/fail_page_alloc/times").unwrap();
        Self::TIMES - left.trim().parse::<u32>().unwrap()
    }
}

impl Drop for NoLargeBlocks {
    fn drop(&mut self) {
        std::fs::write("/proc/thread-self/make-it-fail", "0").unwrap();
        Self::set(&[
            ("probability", "0"),
            ("min-order", "0"),
            ("task-filter", "N"),
        ]);
    }
}

/// Runs Python, for system calls that no safe function makes. The script prints the number
/// of allocations.
pub fn python(script: &str) {
    let _set = Faults::new();
    let prelude = r#"
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
fail = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
def inject(n, call):
    ctypes.set_errno(0)
    os.pwrite(fail, b"%d" % n, 0)
    result = call()
    number = ctypes.get_errno()
    left = os.pread(fail, 16, 0)
    os.pwrite(fail, b"0", 0)
    return result, number, left.strip() == b"0"
"#;
    let script = format!("{prelude}{script}");
    let output = Command::new("python3").args(["-c", &script]).output();
    let output = output.unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
}
