//! Descriptors of processes, of Linux.

#[cfg(not(linux_calls))]
use crate::errno;
use crate::errno::check;
use crate::numbers::Int;
use crate::posix::process::ProcessExit;
use core::ffi::c_int;
use rquickjs::{Ctx, Result};

/// `pidfd_open(pid)`: the descriptor is close-on-exec.
///
/// # Errors
/// `ENOSYS` before Linux 5.3, and on systems other than Linux.
///
/// # References
/// pidfd_open(2).
pub fn open(ctx: &Ctx<'_>, pid: Int<libc::pid_t>) -> Result<c_int> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.0, 0) } as c_int;
    #[cfg(not(linux_calls))]
    let fd = {
        let _ = pid;
        errno::absent()
    };
    check(ctx, "pidfd_open", None, fd)
}

/// `pidfd_send_signal(pidfd, signal)`.
///
/// # Errors
/// `ESRCH`: the process has ended; `ENOSYS` as for [`open`].
///
/// # References
/// pidfd_send_signal(2).
pub fn send_signal(ctx: &Ctx<'_>, pidfd: Int<c_int>, signal: Int<c_int>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: the signal's information may be a null pointer, and then is the same as with kill(2).
    let done = unsafe {
        let no_info = core::ptr::null::<libc::siginfo_t>();
        libc::syscall(libc::SYS_pidfd_send_signal, pidfd.0, signal.0, no_info, 0)
    } as c_int;
    #[cfg(not(linux_calls))]
    let done = {
        let _ = (pidfd, signal);
        errno::absent()
    };
    check(ctx, "pidfd_send_signal", None, done).map(drop)
}

/// `ioctl(pidfd, PIDFD_GET_INFO)` for the exit status alone: `undefined` until the kernel has it.
///
/// # Errors
/// `ESRCH`: the process was reaped, and this kernel does not keep its exit status (before Linux
/// 6.15); `ENOTTY`: the kernel does not have the call (before 6.13); `ENOSYS` as for
/// [`open`].
///
/// # References
/// Linux include/uapi/linux/pidfd.h.
pub fn exit(ctx: &Ctx<'_>, pidfd: Int<c_int>) -> Result<Option<ProcessExit>> {
    #[cfg(linux_calls)]
    let (done, is_set, status) = {
        let mut info = pidfd_info::Info {
            mask: pidfd_info::EXIT,
            ..pidfd_info::Info::default()
        };
        // SAFETY: the record has the size that the request number contains, and lives through the
        // call.
        let done = unsafe { libc::ioctl(pidfd.0, pidfd_info::GET as _, &raw mut info) };
        (done, info.mask & pidfd_info::EXIT != 0, info.exit_code)
    };
    #[cfg(not(linux_calls))]
    let (done, is_set, status) = {
        let _ = pidfd;
        (errno::absent(), false, 0)
    };
    check(ctx, "ioctl", None, done)?;
    Ok(is_set.then_some(ProcessExit(status)))
}

/// The first version of the kernel's record for [`exit`], which libc does not yet have for
/// every system.
#[cfg(linux_calls)]
mod pidfd_info {
    use core::ffi::c_int;

    /// Requests `exit_code`; in the result, says that it is set.
    pub const EXIT: u64 = 1 << 3;
    /// `_IOWR(0xFF, 11, struct pidfd_info)`.
    pub const GET: u32 = 3 << 30 | (size_of::<Info>() as u32) << 16 | 0xff << 8 | 11;

    #[repr(C)]
    #[derive(Default)]
    pub struct Info {
        pub mask: u64,
        pub cgroup_id: u64,
        pub ids: [u32; 11],
        pub exit_code: c_int,
    }

    const _: () = assert!(size_of::<Info>() == 64);
}
