//! Privileges that a process gives up for itself and for the programs that it executes.

#[cfg(not(linux_calls))]
use crate::errno;
use crate::errno::check;
use crate::numbers::Int;
use alloc::vec::Vec;
use rquickjs::{Ctx, Result};

/// `prctl(PR_SET_NO_NEW_PRIVS, 1)`.
///
/// # Errors
/// `EINVAL` before Linux 3.5; `ENOSYS` on systems other than Linux.
///
/// # References
/// prctl(2).
pub fn set_no_new_privileges(ctx: &Ctx<'_>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed. The arguments are variadic, and the kernel requires zeros for
    // the others.
    let done = unsafe {
        let (yes, none): (libc::c_ulong, libc::c_ulong) = (1, 0);
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, yes, none, none, none)
    };
    #[cfg(not(linux_calls))]
    let done = errno::absent();
    check(ctx, "prctl", None, done).map(drop)
}

/// `prctl(PR_CAPBSET_DROP, capability)`.
///
/// # Errors
/// `EINVAL`: the kernel does not have this capability; `EPERM`; `ENOSYS` on systems other than
/// Linux.
///
/// # References
/// prctl(2), capabilities(7).
pub fn drop_bounding_capability(ctx: &Ctx<'_>, capability: Int<u32>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed. The arguments are variadic, and the kernel requires zeros for
    // the others.
    let done = unsafe {
        let (number, none) = (libc::c_ulong::from(capability.0), 0 as libc::c_ulong);
        libc::prctl(libc::PR_CAPBSET_DROP, number, none, none, none)
    };
    #[cfg(not(linux_calls))]
    let done = {
        let _ = capability;
        errno::absent()
    };
    check(ctx, "prctl", None, done).map(drop)
}

/// The header of capget(2) and capset(2): the version with 64 bits per set, and this process.
#[cfg(linux_calls)]
#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

#[cfg(linux_calls)]
const HEADER: Header = Header {
    version: 0x2008_0522,
    pid: 0,
};

/// The words of the three sets: effective, permitted, inheritable; the lower halves first.
const WORDS: usize = 6;

/// `capget(0)`.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// capget(2).
pub fn capget(ctx: &Ctx<'_>) -> Result<Vec<f64>> {
    let mut words = [0_u32; WORDS];
    #[cfg(linux_calls)]
    let done = {
        let mut header = HEADER;
        // SAFETY: the kernel writes the header's version, and six words.
        unsafe { libc::syscall(libc::SYS_capget, &raw mut header, words.as_mut_ptr()) }
    };
    #[cfg(not(linux_calls))]
    let done = {
        let _ = &mut words;
        errno::absent()
    };
    check(ctx, "capget", None, done)?;
    Ok(words.map(f64::from).to_vec()) // rquickjs makes a large u32 a negative number
}

/// `capset(0, words)`.
///
/// # Errors
/// `EPERM`; `ENOSYS` on systems other than Linux.
///
/// # References
/// capset(2).
pub fn capset(ctx: &Ctx<'_>, words: Vec<Int<u32>>) -> Result<()> {
    let words: Vec<u32> = words.into_iter().map(|word| word.0).collect();
    if words.len() != WORDS {
        return Err(rquickjs::Exception::throw_range(ctx, "not six words"));
    }
    #[cfg(linux_calls)]
    let done = {
        let mut header = HEADER;
        // SAFETY: the kernel writes the header's version, and reads six words.
        unsafe { libc::syscall(libc::SYS_capset, &raw mut header, words.as_ptr()) }
    };
    #[cfg(not(linux_calls))]
    let done = errno::absent();
    check(ctx, "capset", None, done).map(drop)
}
