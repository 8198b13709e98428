//! Signals by a handler that writes each one's number into a pipe: this needs nothing but POSIX.

use super::{block_all, handle, handler_of, set_handler};
use crate::errno::{self, check};
use crate::numbers::Int;
use crate::posix::fd;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering::Relaxed};
use rquickjs::{Ctx, Result};

/// `[read end, write end]`, the latter for the handler; -1 while none is open.
static ENDS: [AtomicI32; 2] = [const { AtomicI32::new(-1) }; 2];
/// The signals that have the handler, a bit each, number 0 lowest. Those above 63 are refused.
static CAUGHT: AtomicU64 = AtomicU64::new(0);

extern "C" fn handler(signal: c_int) {
    let errno = errno::last();
    let byte = signal as u8;
    // SAFETY: write is safe in a handler. A full pipe loses the signal, but then there is plenty to
    // read in it.
    unsafe { libc::write(ENDS[1].load(Relaxed), (&raw const byte).cast(), 1) };
    errno::set(errno);
}

pub fn is_open() -> bool {
    ENDS[1].load(Relaxed) != -1
}

/// Signals that are ignored stay so: the handler would be lost at an exec, and with it that they were.
pub fn open(ctx: &Ctx<'_>, set: &libc::sigset_t, signals: &[Int<c_int>]) -> Result<c_int> {
    if signals.iter().any(|signal| !(1..64).contains(&signal.0)) {
        return Err(errno::throw_number(ctx, "sigaction", None, libc::EINVAL));
    }
    let ends = fd::pipe(ctx)?;
    for (end, place) in ends.iter().zip(&ENDS) {
        // SAFETY: no memory is passed. It cannot fail: it is open.
        unsafe { libc::fcntl(*end, libc::F_SETFL, libc::O_NONBLOCK) };
        place.store(*end, Relaxed);
    }
    let function: extern "C" fn(c_int) = handler;
    for signal in signals {
        if handler_of(ctx, signal.0)? == libc::SIG_IGN {
            continue;
        }
        CAUGHT.fetch_or(1 << signal.0, Relaxed);
        set_handler(ctx, signal.0, function as libc::sighandler_t)?;
    }
    // SAFETY: a set that `set_of` made.
    let done = unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, ptr::from_ref(set), ptr::null_mut()) };
    check(ctx, "sigprocmask", None, done)?;
    Ok(ends[0])
}

pub fn read(ctx: &Ctx<'_>, fd: c_int) -> Result<Vec<c_int>> {
    let mut bytes = [0u8; 64];
    // SAFETY: there is room for as many bytes as are told.
    let count = unsafe { libc::read(fd, bytes.as_mut_ptr().cast(), bytes.len()) };
    if count == -1 && errno::last() == libc::EAGAIN {
        return Ok(Vec::new());
    }
    let count = check(ctx, "read", None, count)? as usize;
    let mut signals: Vec<c_int> = bytes[..count].iter().copied().map(c_int::from).collect();
    // Each once, as the kernel would have it: a pipe does not merge.
    let mut seen = 0u64;
    signals.retain(|signal| {
        let new = seen & (1 << signal) == 0;
        seen |= 1 << signal;
        new
    });
    Ok(signals)
}

/// Puts the default dispositions back, and lets go of the write end.
pub fn close() {
    if !is_open() {
        return;
    }
    uncatch();
    CAUGHT.store(0, Relaxed);
    ENDS[0].store(-1, Relaxed);
    // SAFETY: no memory is passed; no handler writes there any more.
    unsafe { libc::close(ENDS[1].swap(-1, Relaxed)) };
}

/// Puts the default dispositions back in this process, which may have the memory of another one.
pub fn uncatch() {
    let caught = CAUGHT.load(Relaxed);
    for signal in 1..64 {
        if caught & (1 << signal) != 0 {
            handle(signal, libc::SIG_DFL);
        }
    }
}

/// Before a fork or an exec: has signals wait, so that the handler, which writes into this process's pipe, does not run
/// in the child, and none is lost. @returns what was blocked before, `None` if there is no handler
pub fn hold() -> Option<libc::sigset_t> {
    is_open().then(block_all)
}

/// While signals are held, before an exec: those that nobody has read yet are sent anew, and so wait for the program.
pub fn pend_again(ctx: &Ctx<'_>) {
    while let Ok(signals) = read(ctx, ENDS[0].load(Relaxed)) {
        if signals.is_empty() {
            return;
        }
        for signal in signals {
            // SAFETY: no memory is passed.
            unsafe { libc::kill(libc::getpid(), signal) };
        }
    }
}
