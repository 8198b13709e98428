//! What a process and those that it becomes may never get again.

#[cfg(not(target_os = "linux"))]
use crate::errno;
use crate::errno::check;
use crate::numbers::Int;
use rquickjs::{Ctx, Result};

/// `prctl(PR_SET_NO_NEW_PRIVS, 1)`.
///
/// # Errors
/// `EINVAL` before Linux 3.5; `ENOSYS` on any other system.
///
/// # References
/// prctl(2).
pub fn set_no_new_privileges(ctx: &Ctx<'_>) -> Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: no memory is passed. The arguments are variadic, and the kernel wants zeros for the others.
    let done = unsafe {
        let (yes, none): (libc::c_ulong, libc::c_ulong) = (1, 0);
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, yes, none, none, none)
    };
    #[cfg(not(target_os = "linux"))]
    let done = errno::absent();
    check(ctx, "prctl", None, done).map(drop)
}

/// `prctl(PR_CAPBSET_DROP, capability)`.
///
/// # Errors
/// `EINVAL`: the kernel knows no such capability; `EPERM`; `ENOSYS` on any other system than Linux.
///
/// # References
/// prctl(2), capabilities(7).
pub fn drop_bounding_capability(ctx: &Ctx<'_>, capability: Int<u32>) -> Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: no memory is passed. The arguments are variadic, and the kernel wants zeros for the others.
    let done = unsafe {
        let (number, none) = (libc::c_ulong::from(capability.0), 0 as libc::c_ulong);
        libc::prctl(libc::PR_CAPBSET_DROP, number, none, none, none)
    };
    #[cfg(not(target_os = "linux"))]
    let done = {
        let _ = capability;
        errno::absent()
    };
    check(ctx, "prctl", None, done).map(drop)
}
