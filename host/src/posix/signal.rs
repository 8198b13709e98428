//! Signals: the mask, dispositions, and reading them from a descriptor.
//!
//! Linux has the descriptor itself, signalfd(2). Elsewhere a handler writes the signal's number into a
//! pipe, which is the only state here.

use crate::errno::{self, check};
use crate::numbers::Int;
use rquickjs::{Ctx, Result};
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// The highest number that is asked about.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SIGNAL_MAX: c_int = 64;
#[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
const SIGNAL_MAX: c_int = 127;
#[cfg(target_os = "netbsd")]
const SIGNAL_MAX: c_int = 63;
#[cfg(any(target_os = "openbsd", target_vendor = "apple"))]
const SIGNAL_MAX: c_int = 31;

/// The descriptor that [`open`] returned, until [`close`]; -1 for none.
static OPEN: AtomicI32 = AtomicI32::new(-1);

/// The number that a signal has here, by its name without `SIG`; `undefined` for a name that is none.
///
/// # References
/// signal(7); the names of POSIX, and `WINCH`.
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
        b"QUIT" => libc::SIGQUIT,
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

/// `sigprocmask(SIG_BLOCK, NULL)`: the signals blocked now, ascending.
///
/// # References
/// sigprocmask(2).
pub fn mask(ctx: &Ctx<'_>) -> Result<Vec<c_int>> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: a null pointer asks only; there is room for the set.
    let done = unsafe { libc::sigprocmask(libc::SIG_BLOCK, ptr::null(), set.as_mut_ptr()) };
    check(ctx, "sigprocmask", None, done)?;
    // SAFETY: the call has filled it.
    let set = unsafe { set.assume_init() };
    // What sigaddset refuses is no signal here, or one that the C library keeps for itself and never blocks
    // (glibc: 32 and 33): `set_mask` could not take it back.
    let mut spare = set;
    let mut blocked = |signal: &c_int| {
        // SAFETY: sets that the system made.
        unsafe {
            libc::sigismember(&raw const set, *signal) == 1
                && libc::sigaddset(&raw mut spare, *signal) == 0
        }
    };
    Ok((1..=SIGNAL_MAX).filter(|signal| blocked(signal)).collect())
}

/// `sigprocmask(SIG_SETMASK)`: exactly these.
///
/// # References
/// sigprocmask(2).
pub fn set_mask(ctx: &Ctx<'_>, signals: Vec<Int<c_int>>) -> Result<()> {
    let set = set_of(ctx, &signals)?;
    // SAFETY: a set as sigemptyset(3) and sigaddset(3) made it.
    let done = unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut()) };
    check(ctx, "sigprocmask", None, done).map(drop)
}

pub(super) fn set_of(ctx: &Ctx<'_>, signals: &[Int<c_int>]) -> Result<libc::sigset_t> {
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

/// `sigaction(signal, NULL)`: `"default"`, `"ignore"` or `"caught"`.
///
/// # References
/// sigaction(2).
pub fn disposition(ctx: &Ctx<'_>, signal: Int<c_int>) -> Result<&'static str> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null pointer asks only; there is room for the record.
    let done = unsafe { libc::sigaction(signal.0, ptr::null(), action.as_mut_ptr()) };
    check(ctx, "sigaction", None, done)?;
    // SAFETY: the call has filled it.
    Ok(match unsafe { action.assume_init() }.sa_sigaction {
        libc::SIG_DFL => "default",
        libc::SIG_IGN => "ignore",
        _ => "caught",
    })
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
    // SAFETY: a record of numbers and an optional function, for which all zeros is a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    // Calls that were interrupted go on, but for poll(2), which never does.
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the record lives through the call; a handler of ours is a function that lives for ever.
    let done = unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
    check(ctx, "sigaction", None, done).map(drop)
}

/// From now on these signals can be read from the descriptor that this returns.
///
/// # Errors
/// `EBUSY`: one is open already.
///
/// # References
/// signalfd(2), sigprocmask(2); elsewhere sigaction(2) and pipe(2).
pub fn open(ctx: &Ctx<'_>, signals: Vec<Int<c_int>>) -> Result<c_int> {
    if OPEN.load(Relaxed) != -1 {
        return Err(errno::throw_number(ctx, "signalfd", None, libc::EBUSY));
    }
    let fd = source::open(ctx, &signals)?;
    OPEN.store(fd, Relaxed);
    Ok(fd)
}

/// The signals that came.
///
/// # References
/// signalfd(2); elsewhere read(2).
pub fn read(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<Vec<c_int>> {
    source::read(ctx, fd.0)
}

/// Ends what [`open`] began, in this process.
///
/// # References
/// close(2).
pub fn close(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<()> {
    OPEN.store(-1, Relaxed);
    source::close(ctx)?;
    // SAFETY: no memory is passed.
    check(ctx, "close", None, unsafe { libc::close(fd.0) }).map(drop)
}

/// In a child that goes on to another program: what is open in its parent stays as it is there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn forget(ctx: &Ctx<'_>) {
    let fd = OPEN.load(Relaxed);
    if fd != -1 {
        // Nothing here can fail.
        let _ = close(ctx, Int(fd));
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod source {
    use super::*;

    /// More than there are signals that do not queue up, so one read takes them all.
    const READ_MAX: usize = 32;

    pub fn open(ctx: &Ctx<'_>, signals: &[Int<c_int>]) -> Result<c_int> {
        let set = set_of(ctx, signals)?;
        // The descriptor first: where it cannot be had, nothing has changed.
        // SAFETY: a set that `set_of` made.
        let fd =
            unsafe { libc::signalfd(-1, &raw const set, libc::SFD_NONBLOCK | libc::SFD_CLOEXEC) };
        let fd = check(ctx, "signalfd", None, fd)?;
        // SAFETY: as above.
        let done = unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
        check(ctx, "sigprocmask", None, done)?;
        Ok(fd)
    }

    pub fn read(ctx: &Ctx<'_>, fd: c_int) -> Result<Vec<c_int>> {
        let mut came: [MaybeUninit<libc::signalfd_siginfo>; READ_MAX] =
            [const { MaybeUninit::uninit() }; READ_MAX];
        // SAFETY: there is room for as many bytes as are told.
        let bytes = unsafe { libc::read(fd, came.as_mut_ptr().cast(), size_of_val(&came)) };
        if bytes == -1 && errno::last() == libc::EAGAIN {
            return Ok(Vec::new());
        }
        let bytes = check(ctx, "read", None, bytes)? as usize;
        let count = bytes / size_of::<libc::signalfd_siginfo>();
        // SAFETY: the call has filled that many records.
        let signal = |info: &MaybeUninit<libc::signalfd_siginfo>| unsafe {
            info.assume_init_ref().ssi_signo as c_int
        };
        Ok(came[..count].iter().map(signal).collect())
    }

    /// The mask is left to the caller, who knows what it should be.
    pub fn close(_: &Ctx<'_>) -> Result<()> {
        Ok(())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod source {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// Where the handler writes; -1 while no pipe is open.
    static WRITE_END: AtomicI32 = AtomicI32::new(-1);
    /// The signals that have the handler, a bit each, number 0 lowest. Those above 63 are refused.
    static CAUGHT: AtomicU64 = AtomicU64::new(0);

    extern "C" fn handler(signal: c_int) {
        let errno = errno::last();
        let byte = signal as u8;
        // SAFETY: write is safe in a handler. A full pipe loses the signal, but then there is plenty to
        // read in it.
        unsafe { libc::write(WRITE_END.load(Relaxed), (&raw const byte).cast(), 1) };
        errno::set(errno);
    }

    pub fn open(ctx: &Ctx<'_>, signals: &[Int<c_int>]) -> Result<c_int> {
        let set = set_of(ctx, signals)?;
        if signals.iter().any(|signal| !(1..64).contains(&signal.0)) {
            return Err(errno::throw_number(ctx, "sigaction", None, libc::EINVAL));
        }
        let mut ends = [-1; 2];
        // SAFETY: there is room for the two numbers.
        check(ctx, "pipe", None, unsafe { libc::pipe(ends.as_mut_ptr()) })?;
        for end in ends {
            // SAFETY: no memory is passed. Nothing can fork in between: there is one thread.
            unsafe {
                libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC);
                libc::fcntl(end, libc::F_SETFL, libc::O_NONBLOCK);
            }
        }
        WRITE_END.store(ends[1], Relaxed);
        let function: extern "C" fn(c_int) = handler;
        for signal in signals {
            CAUGHT.fetch_or(1 << signal.0, Relaxed);
            set_handler(ctx, signal.0, function as libc::sighandler_t)?;
        }
        // SAFETY: a set that `set_of` made.
        let done = unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut()) };
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

    pub fn close(ctx: &Ctx<'_>) -> Result<()> {
        let caught = CAUGHT.swap(0, Relaxed);
        for signal in 1..64 {
            if caught & (1 << signal) != 0 {
                set_handler(ctx, signal, libc::SIG_DFL)?;
            }
        }
        // SAFETY: no memory is passed; no handler writes there any more.
        unsafe { libc::close(WRITE_END.swap(-1, Relaxed)) };
        Ok(())
    }
}
