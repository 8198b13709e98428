//! On systems other than Linux: a child with its own memory, by fork(2).

use super::Child;
use crate::numbers::Int;
use crate::posix::signal;
use core::ffi::{c_int, c_uint};
use rquickjs::{Ctx, Result, Value};

/// Starts the child; returns its pid, or -1.
pub fn start(child: &mut Child<'_>) -> c_int {
    // SAFETY: one thread, so the child inherits no lock that stays locked.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        signal::forget(&child.ctx);
        let code = child.run();
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) }
    }
    // SAFETY: the child has its own copy.
    unsafe { child.tail.free() };
    pid
}

/// The child has its own descriptors: the exec closes them.
pub fn unshare_from(_first: c_uint) -> bool {
    true
}

/// Nothing suspends this process.
pub fn is_pending(_: &Ctx<'_>, _: Int<c_int>) -> Result<bool> {
    Ok(false)
}

/// The child has called `failed`.
pub fn exec_error<'js>(_: &Ctx<'js>, _: Int<c_int>) -> Result<Option<Value<'js>>> {
    Ok(None)
}
