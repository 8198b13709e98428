//! Signals through a handler that writes each signal's number into a pipe: this needs nothing but
//! POSIX.

use super::{block_all, handle, handler_of, set_handler};
use crate::errno::{self, check};
use crate::numbers::Int;
use crate::posix::fd;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering::Relaxed};
use rquickjs::{Ctx, Result};

/// `[read end, write end]`; the handler uses the latter. -1 while there is no pipe.
static ENDS: [AtomicI32; 2] = [const { AtomicI32::new(-1) }; 2];
/// The signals that have the handler, one bit each, number 0 lowest. Numbers above 63 are refused.
static CAUGHT: AtomicU64 = AtomicU64::new(0);

extern "C" fn handler(signal: c_int) {
    let errno = errno::last();
    let byte = signal as u8;
    // SAFETY: write is async-signal-safe. A full pipe loses the signal, but then there is plenty to
    // read in it.
    unsafe { libc::write(ENDS[1].load(Relaxed), (&raw const byte).cast(), 1) };
    errno::set(errno);
}

pub fn is_open() -> bool {
    ENDS[1].load(Relaxed) != -1
}

/// Ignored signals stay ignored: an exec resets the handler, and the program would not inherit them
/// as ignored.
pub fn open(ctx: &Ctx<'_>, set: &libc::sigset_t, signals: &[Int<c_int>]) -> Result<c_int> {
    if signals.iter().any(|signal| !(1..64).contains(&signal.0)) {
        return Err(errno::throw_number(ctx, "sigaction", None, libc::EINVAL));
    }
    let ends = fd::pipe(ctx)?;
    for (end, place) in ends.iter().zip(&ENDS) {
        // SAFETY: no memory is passed. The call cannot fail: the descriptor is open.
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
    // SAFETY: `set_of` made the set.
    let done = unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, ptr::from_ref(set), ptr::null_mut()) };
    check(ctx, "sigprocmask", None, done)?;
    Ok(ends[0])
}

pub fn read(ctx: &Ctx<'_>, fd: c_int) -> Result<Vec<c_int>> {
    let mut bytes = [0u8; 64];
    // SAFETY: there is room for the stated number of bytes.
    let count = unsafe { libc::read(fd, bytes.as_mut_ptr().cast(), bytes.len()) };
    if count == -1 && errno::last() == libc::EAGAIN {
        return Ok(Vec::new());
    }
    let count = check(ctx, "read", None, count)? as usize;
    let mut signals: Vec<c_int> = bytes[..count].iter().copied().map(c_int::from).collect();
    // Report each signal once, as signalfd does: a pipe does not merge them.
    let mut seen = 0u64;
    signals.retain(|signal| {
        let new = seen & (1 << signal) == 0;
        seen |= 1 << signal;
        new
    });
    Ok(signals)
}

/// Restores the default dispositions, and closes the write end.
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

/// Restores the default dispositions in this process, which may share the memory of another one.
pub fn uncatch() {
    let caught = CAUGHT.load(Relaxed);
    for signal in 1..64 {
        if caught & (1 << signal) != 0 {
            handle(signal, libc::SIG_DFL);
        }
    }
}

/// Before a fork or an exec: blocks all signals, so that the handler, which writes into this
/// process's pipe, does not run in the child, and no signal is lost. @returns the previous mask,
/// `None` if there is no handler
pub fn hold() -> Option<libc::sigset_t> {
    is_open().then(block_all)
}

/// While signals are held, before an exec: sends the signals again that were not read yet, so that
/// they are pending for the program.
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
