//! The signal mask, and sets of signals.

use crate::errno::check;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use rquickjs::{Ctx, Result};

/// The highest signal number that [`mask`] looks at.
#[cfg(target_os = "linux")]
const SIGNAL_MAX: c_int = 64;
#[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
const SIGNAL_MAX: c_int = 127;
#[cfg(target_os = "netbsd")]
const SIGNAL_MAX: c_int = 63;
#[cfg(any(target_os = "openbsd", target_vendor = "apple"))]
const SIGNAL_MAX: c_int = 31;

/// What [`mask_at_start`] returns.
static mut AT_START: Option<libc::sigset_t> = None;

/// `sigprocmask(SIG_BLOCK, NULL)`: the signals that are blocked now, in ascending order.
///
/// # References
/// sigprocmask(2).
pub fn mask(ctx: &Ctx<'_>) -> Result<Vec<c_int>> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: a null pointer only queries; there is room for the set.
    let done = unsafe { libc::sigprocmask(libc::SIG_BLOCK, ptr::null(), set.as_mut_ptr()) };
    check(ctx, "sigprocmask", None, done)?;
    // SAFETY: the call has filled it.
    Ok(numbers_in(&unsafe { set.assume_init() }))
}

fn numbers_in(set: &libc::sigset_t) -> Vec<c_int> {
    // A number that sigaddset refuses is not a signal here, or is one that the C library reserves
    // and never blocks (glibc: 32 and 33): `set_mask` could not restore it.
    let mut spare = *set;
    let mut blocked = |signal: &c_int| {
        // SAFETY: the system made both sets.
        unsafe {
            libc::sigismember(set, *signal) == 1 && libc::sigaddset(&raw mut spare, *signal) == 0
        }
    };
    (1..=SIGNAL_MAX).filter(|signal| blocked(signal)).collect()
}

/// The mask before [`block_early`]; the present mask if that was not called.
pub fn mask_at_start(ctx: &Ctx<'_>) -> Result<Vec<c_int>> {
    // SAFETY: one thread, and nothing else writes there after the start.
    match unsafe { AT_START } {
        Some(set) => Ok(numbers_in(&set)),
        None => mask(ctx),
    }
}

/// Blocks these too. Call this before the engine starts.
pub fn block_early(signals: &[c_int]) {
    let mut set = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: there is room for both sets, which the calls fill. The calls cannot fail with these
    // arguments. One thread.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr());
        AT_START = Some(before.assume_init());
    }
}

/// `sigprocmask(SIG_SETMASK)`: blocks exactly these.
///
/// # References
/// sigprocmask(2).
pub fn set_mask(ctx: &Ctx<'_>, signals: Vec<Int<c_int>>) -> Result<()> {
    let set = set_of(ctx, &signals)?;
    // SAFETY: sigemptyset(3) and sigaddset(3) made the set.
    let done = unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut()) };
    check(ctx, "sigprocmask", None, done).map(drop)
}

/// Blocks every signal that can be blocked. @returns the previous mask
pub fn block_all() -> libc::sigset_t {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: there is room for both sets, which the calls fill. The calls cannot fail.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    }
}

/// Sets the mask to a set that the system or `set_of` made.
pub fn restore(mask: &libc::sigset_t) {
    // SAFETY: the set lives through the call, which cannot fail.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, ptr::from_ref(mask), ptr::null_mut()) };
}

/// The set of these signals.
pub fn set_of(ctx: &Ctx<'_>, signals: &[Int<c_int>]) -> Result<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: there is room for the set, which sigemptyset fills; it cannot fail.
    let mut set = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for signal in signals {
        // SAFETY: a set that sigemptyset made.
        let done = unsafe { libc::sigaddset(&raw mut set, signal.0) };
        check(ctx, "sigaddset", None, done)?;
    }
    Ok(set)
}
