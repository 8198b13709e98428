//! Processes: arguments and environment, fork, waitpid, kill.

use crate::arguments;
use crate::bytes::{ByteString, Bytes};
use crate::errno::{self, check};
use crate::fatal;
use crate::freeze;
use crate::numbers::Int;
use crate::posix::signal;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int};
use rquickjs::{Ctx, IntoJs, Object, Result, Value};

/// The words of the command line.
pub fn argv<'js>(ctx: &Ctx<'js>) -> Result<Vec<Value<'js>>> {
    strings(ctx, arguments::words().into_iter())
}

/// The entries of the environment.
pub fn environ<'js>(ctx: &Ctx<'js>) -> Result<Vec<Value<'js>>> {
    strings(ctx, arguments::entries())
}

/// The value of `NAME=` in the first entry of that name; `undefined` if there is none.
///
/// # References
/// getenv(3).
pub fn getenv<'js>(ctx: &Ctx<'js>, name: ByteString<'js>) -> Result<Option<Value<'js>>> {
    let value = arguments::entries().find_map(|entry| {
        let rest = entry.to_bytes().strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    });
    value.map(|value| Bytes(value).into_js(ctx)).transpose()
}

/// `getauxval(AT_EXECFN)`: the path that was passed to execve for this program.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// getauxval(3).
pub fn exec_path<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
    match arguments::executed() {
        Some(path) => Bytes(path.to_bytes()).into_js(ctx),
        None => Err(errno::throw_number(ctx, "getauxval", None, libc::ENOSYS)),
    }
}

fn strings<'js>(
    ctx: &Ctx<'js>,
    strings: impl Iterator<Item = &'static CStr>,
) -> Result<Vec<Value<'js>>> {
    strings
        .map(|string| Bytes(string.to_bytes()).into_js(ctx))
        .collect()
}

/// The result of [`fork`]; a union in posix.d.ts.
pub enum Forked {
    Child(c_int),
    Parent(Vec<c_int>),
}

impl<'js> IntoJs<'js> for Forked {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match self {
            Forked::Child(index) => index.into_js(ctx),
            Forked::Parent(pids) => pids.into_js(ctx),
        }
    }
}

/// `fork()`, `count` times, with no JavaScript in between: what it would write to, the next child
/// could not share.
///
/// # Errors
/// `EAGAIN`, `ENOMEM`: there is no child at all.
///
/// # References
/// fork(2). Safe at any time, because there is one thread.
pub fn fork(ctx: &Ctx<'_>, count: Int<c_int>) -> Result<Forked> {
    let before = signal::hold();
    let mut pids = Vec::with_capacity(count.0.max(0) as usize);
    let mut pid = 0;
    for index in 0..count.0 {
        // SAFETY: one thread, so the child inherits no lock that stays locked.
        pid = unsafe { libc::fork() };
        if pid == 0 {
            freeze::inherit(ctx);
            return Ok(Forked::Child(index)); // signalClose and setSignalMask come first
        }
        if pid == -1 {
            break;
        }
        pids.push(pid);
    }
    let errno = errno::last();
    before.as_ref().map(signal::restore);
    errno::set(errno);
    if pids.is_empty() {
        check(ctx, "fork", None, pid)?;
    }
    Ok(Forked::Parent(pids))
}

/// The wait status of a process, as waitpid(2) encodes it; `ProcessExit` in posix.d.ts.
pub struct ProcessExit(pub c_int);

impl ProcessExit {
    fn set_on(&self, object: &Object<'_>) -> Result<()> {
        let exited = libc::WIFEXITED(self.0);
        object.set("code", exited.then(|| libc::WEXITSTATUS(self.0)))?;
        object.set("signal", (!exited).then(|| libc::WTERMSIG(self.0)))?;
        object.set("core", !exited && libc::WCOREDUMP(self.0))
    }
}

impl<'js> IntoJs<'js> for ProcessExit {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        self.set_on(&object)?;
        object.into_js(ctx)
    }
}

/// The exit of a child; `ChildExit` in posix.d.ts.
pub struct ChildExit {
    pid: libc::pid_t,
    end: ProcessExit,
}

impl<'js> IntoJs<'js> for ChildExit {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("pid", self.pid)?;
        self.end.set_on(&object)?;
        object.into_js(ctx)
    }
}

/// `waitpid(pid, &status, WNOHANG)`: `undefined` while all children run, and if there is no child
/// (ECHILD).
///
/// # References
/// waitpid(2). EINTR needs no handling: with WNOHANG the call does not sleep.
pub fn waitpid(ctx: &Ctx<'_>, pid: Int<libc::pid_t>) -> Result<Option<ChildExit>> {
    let mut status = 0;
    // SAFETY: `status` has room for the number.
    let pid = unsafe { libc::waitpid(pid.0, &raw mut status, libc::WNOHANG) };
    if pid == -1 && errno::last() == libc::ECHILD {
        return Ok(None);
    }
    let pid = check(ctx, "waitpid", None, pid)?;
    Ok((pid != 0).then_some(ChildExit {
        pid,
        end: ProcessExit(status),
    }))
}

/// `kill(pid, signal)`.
///
/// # Errors
/// `ESRCH`, `EPERM`.
///
/// # References
/// kill(2).
pub fn kill(ctx: &Ctx<'_>, pid: Int<libc::pid_t>, signal: Int<c_int>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "kill", None, unsafe { libc::kill(pid.0, signal.0) }).map(drop)
}

/// `_exit(code)`.
///
/// # References
/// _exit(2).
pub fn exit(_: &Ctx<'_>, code: Int<c_int>) -> Result<()> {
    fatal::end(code.0)
}

/// `getpid()`. It cannot fail; neither can the next one.
///
/// # References
/// getpid(2).
pub fn getpid(_: &Ctx<'_>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    Ok(unsafe { libc::getpid() })
}

/// `getppid()`.
///
/// # References
/// getppid(2).
pub fn getppid(_: &Ctx<'_>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    Ok(unsafe { libc::getppid() })
}

/// `setsid()`: the session's id.
///
/// # References
/// setsid(2).
pub fn setsid(ctx: &Ctx<'_>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    check(ctx, "setsid", None, unsafe { libc::setsid() })
}

/// `setpgid(pid, group)`.
///
/// # References
/// setpgid(2).
pub fn setpgid(ctx: &Ctx<'_>, pid: Int<libc::pid_t>, group: Int<libc::pid_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    let done = unsafe { libc::setpgid(pid.0, group.0) };
    check(ctx, "setpgid", None, done).map(drop)
}

/// `tcsetpgrp(terminal, group)`: the process group in the foreground of the controlling terminal.
///
/// # References
/// tcsetpgrp(3).
pub fn tcsetpgrp(ctx: &Ctx<'_>, terminal: Int<c_int>, group: Int<libc::pid_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    let done = unsafe { libc::tcsetpgrp(terminal.0, group.0) };
    check(ctx, "tcsetpgrp", None, done).map(drop)
}

/// `prctl(PR_SET_CHILD_SUBREAPER, 1)`.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// prctl(2), PR_SET_CHILD_SUBREAPER(2const).
pub fn become_subreaper(ctx: &Ctx<'_>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    let done = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1 as libc::c_ulong) };
    #[cfg(not(linux_calls))]
    let done = errno::absent();
    check(ctx, "prctl", None, done).map(drop)
}

/// `prctl(PR_SET_PDEATHSIG, signal)`; 0 clears it.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// prctl(2), PR_SET_PDEATHSIG(2const).
pub fn set_parent_death_signal(ctx: &Ctx<'_>, signal: Int<c_int>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    let done = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::c_long::from(signal.0)) };
    #[cfg(not(linux_calls))]
    let done = {
        let _ = signal;
        errno::absent()
    };
    check(ctx, "prctl", None, done).map(drop)
}
