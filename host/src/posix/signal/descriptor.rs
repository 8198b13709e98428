//! Linux: blocks signals, and reads them from signalfd(2).

use crate::errno::{self, check};
use alloc::vec::Vec;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use rquickjs::{Ctx, Result};

/// More than the number of signals that do not queue, so one read takes them all.
const READ_MAX: usize = 32;

/// `None` if a sandbox refuses the call. Then nothing has changed.
pub fn open(set: &libc::sigset_t) -> Option<c_int> {
    let flags = libc::SFD_NONBLOCK | libc::SFD_CLOEXEC;
    // SAFETY: the set lives through both calls; the second cannot fail.
    unsafe {
        let fd = libc::signalfd(-1, ptr::from_ref(set), flags);
        if fd == -1 {
            return None;
        }
        libc::sigprocmask(libc::SIG_BLOCK, ptr::from_ref(set), ptr::null_mut());
        Some(fd)
    }
}

pub fn read(ctx: &Ctx<'_>, fd: c_int) -> Result<Vec<c_int>> {
    let mut came: [MaybeUninit<libc::signalfd_siginfo>; READ_MAX] =
        [const { MaybeUninit::uninit() }; READ_MAX];
    // SAFETY: there is room for the stated number of bytes.
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
