//! Signals: their names, their dispositions, and reading them from a descriptor.
//!
//! On Linux the descriptor is a signalfd(2). Elsewhere, and in a sandbox that refuses the call, a
//! handler writes the signal's number into a pipe.

#[cfg(linux_calls)]
mod descriptor;
mod mask;
mod self_pipe;

pub use mask::{block_all, block_early, mask, mask_at_start, restore, set_mask, set_of};
pub use self_pipe::{hold, pend_again, uncatch};

use crate::errno::{self, check};
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicI32, Ordering::Relaxed};
use rquickjs::{Ctx, Result};

/// The descriptor that [`open`] returned, until [`close`]; -1 if there is none.
static OPEN: AtomicI32 = AtomicI32::new(-1);

/// The number of a signal, by its name without `SIG`; `undefined` if there is no such signal.
///
/// # References
/// signal(7); the names of POSIX, `WINCH`, and Linux's `PWR` and `RTMIN`.
pub fn number(_: &Ctx<'_>, name: crate::bytes::ByteString<'_>) -> Result<Option<c_int>> {
    Ok(Some(match name.as_bytes() {
        b"ABRT" => libc::SIGABRT,
        b"ALRM" => libc::SIGALRM,
        b"BUS" => libc::SIGBUS,
        b"CHLD" => libc::SIGCHLD,
        b"CONT" => libc::SIGCONT,
        b"FPE" => libc::SIGFPE,
        b"HUP" => libc::SIGHUP,
        b"ILL" => libc::SIGILL,
        b"INT" => libc::SIGINT,
        b"KILL" => libc::SIGKILL,
        b"PIPE" => libc::SIGPIPE,
        b"PROF" => libc::SIGPROF,
        #[cfg(target_os = "linux")]
        b"PWR" => libc::SIGPWR,
        b"QUIT" => libc::SIGQUIT,
        #[cfg(target_os = "linux")]
        b"RTMIN" => libc::SIGRTMIN(),
        b"SEGV" => libc::SIGSEGV,
        b"STOP" => libc::SIGSTOP,
        b"SYS" => libc::SIGSYS,
        b"TERM" => libc::SIGTERM,
        b"TRAP" => libc::SIGTRAP,
        b"TSTP" => libc::SIGTSTP,
        b"TTIN" => libc::SIGTTIN,
        b"TTOU" => libc::SIGTTOU,
        b"URG" => libc::SIGURG,
        b"USR1" => libc::SIGUSR1,
        b"USR2" => libc::SIGUSR2,
        b"VTALRM" => libc::SIGVTALRM,
        b"WINCH" => libc::SIGWINCH,
        b"XCPU" => libc::SIGXCPU,
        b"XFSZ" => libc::SIGXFSZ,
        _ => return Ok(None),
    }))
}

/// `sigaction(signal, NULL)`: `"default"`, `"ignore"` or `"caught"`.
///
/// # References
/// sigaction(2).
pub fn disposition(ctx: &Ctx<'_>, signal: Int<c_int>) -> Result<&'static str> {
    Ok(match handler_of(ctx, signal.0)? {
        libc::SIG_DFL => "default",
        libc::SIG_IGN => "ignore",
        _ => "caught",
    })
}

fn handler_of(ctx: &Ctx<'_>, signal: c_int) -> Result<libc::sighandler_t> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null pointer only queries; there is room for the record.
    let done = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    check(ctx, "sigaction", None, done)?;
    // SAFETY: the call has filled it.
    Ok(unsafe { action.assume_init() }.sa_sigaction)
}

/// `sigaction(signal)` with SIG_DFL or SIG_IGN.
///
/// # References
/// sigaction(2).
pub fn set_disposition(
    ctx: &Ctx<'_>,
    signal: Int<c_int>,
    to: crate::bytes::ByteString<'_>,
) -> Result<()> {
    let handler = match to.as_bytes() {
        b"default" => libc::SIG_DFL,
        b"ignore" => libc::SIG_IGN,
        _ => {
            let why = "neither \"default\" nor \"ignore\"";
            return Err(rquickjs::Exception::throw_type(ctx, why));
        }
    };
    set_handler(ctx, signal.0, handler)
}

fn set_handler(ctx: &Ctx<'_>, signal: c_int, handler: libc::sighandler_t) -> Result<()> {
    check(ctx, "sigaction", None, handle(signal, handler)).map(drop)
}

/// Returns -1 after a failure, and sets errno.
fn handle(signal: c_int, handler: libc::sighandler_t) -> c_int {
    // SAFETY: a record of numbers and an optional function, for which all zeros is a valid value.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = handler;
    // Interrupted calls are restarted, except poll(2), which never is.
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the record lives through the call; our handler is a function that lives for ever.
    unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) }
}

/// Returns a descriptor from which these signals can be read from now on.
///
/// # Errors
/// `EBUSY`: a descriptor is open already; otherwise the errors of pipe.
///
/// # References
/// signalfd(2), sigprocmask(2); sigaction(2) and pipe(2).
pub fn open(ctx: &Ctx<'_>, signals: Vec<Int<c_int>>) -> Result<c_int> {
    if OPEN.load(Relaxed) != -1 {
        return Err(errno::throw_number(ctx, "signalfd", None, libc::EBUSY));
    }
    let set = set_of(ctx, &signals)?;
    #[cfg(linux_calls)]
    let fd = match descriptor::open(&set) {
        Some(fd) => fd,
        None => self_pipe::open(ctx, &set, &signals)?,
    };
    #[cfg(not(linux_calls))]
    let fd = self_pipe::open(ctx, &set, &signals)?;
    OPEN.store(fd, Relaxed);
    Ok(fd)
}

/// The signals that have arrived.
///
/// # References
/// signalfd(2); read(2).
pub fn read(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<Vec<c_int>> {
    #[cfg(linux_calls)]
    if !self_pipe::is_open() {
        return descriptor::read(ctx, fd.0);
    }
    self_pipe::read(ctx, fd.0)
}

/// Undoes [`open`] in this process. The caller sets the mask, because it knows the right one.
///
/// # References
/// close(2).
pub fn close(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<()> {
    OPEN.store(-1, Relaxed);
    self_pipe::close();
    // SAFETY: no memory is passed.
    check(ctx, "close", None, unsafe { libc::close(fd.0) }).map(drop)
}

/// In a child that will execute another program: its parent's descriptor is not affected.
#[cfg(not(linux_calls))]
pub fn forget(ctx: &Ctx<'_>) {
    let fd = OPEN.load(Relaxed);
    if fd != -1 {
        // The call cannot fail here.
        let _ = close(ctx, Int(fd));
    }
}
