//! The heap under a limit on data.
//!
//! The engine needs more data to start than a limit may allow that suits a small program in C, as users of daemontools
//! write it: `softlimit -d 250000 envdir ./env ./daemon`. So the heap for ordinary work is taken first, above the soft
//! limit if the hard limit allows that. From then on the limit holds, and bounds by how much the heap grows.

use crate::posix::limits;
use core::ffi::c_int;
use core::hint::black_box;

/// Enough for every tool at ordinary work.
const BYTES: usize = 768 * 1024;

/// By how much more than is needed the C library enlarges its heap afterwards. Otherwise it is 128 KiB, which makes
/// fewer calls.
const STEP_BYTES: c_int = 4 * 1024;

/// The C library maps what is larger than this and not on its heap by itself; by default, from 128 KiB on.
const MAP_FROM_BYTES: c_int = 4 * BYTES as c_int;

/// Takes the heap if there is a limit on data. Without room for it, the heap grows as usual.
///
/// # References
/// getrlimit(2) RLIMIT_DATA, mallopt(3).
pub fn take() {
    let Some(limit) = limits::get(libc::RLIMIT_DATA) else {
        return;
    };
    if limit.rlim_cur == libc::RLIM_INFINITY {
        return;
    }
    let lifted = libc::rlimit {
        rlim_cur: limit.rlim_max,
        ..limit
    };
    // SAFETY: numbers are set; the records live through the calls; memory that is given back is not used.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, STEP_BYTES);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP_FROM_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1); // never
        libc::setrlimit(libc::RLIMIT_DATA, &raw const lifted);
        libc::free(black_box(libc::malloc(BYTES))); // else the compiler leaves both out
        libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
    }
}
