//! The heap when there is a limit on data.
//!
//! Users of daemontools set limits that suit a small program in C, such as
//! `softlimit -d 250000 envdir ./env ./daemon`. The engine needs more data to start. So the host
//! takes the heap for ordinary work first, above the soft limit if the hard limit allows that. From
//! then on the limit holds, and bounds how much the heap grows.

use crate::posix::limits;
#[cfg(not(target_env = "gnu"))]
use crate::region;

/// Enough for the ordinary work of every tool.
const BYTES: usize = 768 * 1024;

/// Takes the heap if there is a limit on data. If there is no room for it, the heap grows as usual.
///
/// # References
/// getrlimit(2) RLIMIT_DATA.
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
    // SAFETY: the calls set numbers; the records live through the calls.
    unsafe {
        libc::setrlimit(libc::RLIMIT_DATA, &raw const lifted);
        enlarge();
        libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
    }
}

/// Takes the heap before this program limits its own memory, as `chpst -m` does before it executes
/// the next one. glibc has enlarged its heap by more than it needed; other C libraries have not.
pub fn take_before_limit(resource: limits::Resource) {
    #[cfg(not(target_env = "gnu"))]
    if [libc::RLIMIT_DATA, libc::RLIMIT_AS].contains(&resource) && !region::has_begun() {
        enlarge();
    }
    #[cfg(target_env = "gnu")]
    let _ = resource;
}

/// Enlarges the C library's heap, which it keeps. Reference: mallopt(3).
#[cfg(target_env = "gnu")]
fn enlarge() {
    use core::ffi::c_int;
    /// The extra space by which the C library enlarges its heap afterwards. The default is 128 KiB,
    /// which makes fewer calls.
    const STEP_BYTES: c_int = 4 * 1024;
    /// The C library maps blocks larger than this outside its heap; by default, from 128 KiB on.
    const MAP_FROM_BYTES: c_int = 4 * BYTES as c_int;
    // SAFETY: the calls set numbers; the memory is not used after it is freed.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, STEP_BYTES);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP_FROM_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1); // never
        libc::free(core::hint::black_box(libc::malloc(BYTES))); // else the compiler removes both
    }
}

/// Begins a region, because a C library other than glibc gives its heap back. If the address space
/// is limited too, the region takes only a part of it, and leaves room for the rest.
#[cfg(not(target_env = "gnu"))]
fn enlarge() {
    let bytes = match limits::get(libc::RLIMIT_AS) {
        Some(limit) if limit.rlim_cur != libc::RLIM_INFINITY => {
            (limit.rlim_cur as usize / 4).clamp(BYTES, region::BYTES)
        }
        _ => region::BYTES,
    };
    region::begin(bytes, BYTES);
    keep_small_blocks();
}

/// musl takes its own blocks outside the region, several of a size at a time. One of each size that
/// stays in use keeps the others there, for opendir(3), getpwnam(3) and the like.
#[cfg(not(target_env = "gnu"))]
fn keep_small_blocks() {
    /// A line, a FILE and a DIR.
    const SIZES: [usize; 3] = [256, 1_280, 2_080];
    for size in SIZES {
        // SAFETY: the memory is not used.
        core::hint::black_box(unsafe { libc::malloc(size) });
    }
}
