//! The heap when there is a limit on data.
//!
//! The engine needs more data to start than a limit may allow that suits a small program in C, as
//! users of daemontools write it: `softlimit -d 250000 envdir ./env ./daemon`. So the host takes
//! the heap for ordinary work first, above the soft limit if the hard limit allows that. From then
//! on the limit holds, and bounds how much the heap grows.

use crate::posix::limits;
use core::ffi::c_int;
use core::hint::black_box;

/// Enough for the ordinary work of every tool.
const BYTES: usize = 768 * 1024;

/// The extra space by which the C library enlarges its heap afterwards. The default is 128 KiB,
/// which makes fewer calls.
const STEP_BYTES: c_int = 4 * 1024;

/// The C library maps blocks larger than this outside its heap; by default, from 128 KiB on.
const MAP_FROM_BYTES: c_int = 4 * BYTES as c_int;

/// Takes the heap if there is a limit on data. If there is no room for it, the heap grows as usual.
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
    // SAFETY: the calls set numbers; the records live through the calls; the memory is not used
    // after it is freed.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, STEP_BYTES);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP_FROM_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1); // never
        libc::setrlimit(libc::RLIMIT_DATA, &raw const lifted);
        libc::free(black_box(libc::malloc(BYTES))); // else the compiler removes both calls
        libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
    }
}
