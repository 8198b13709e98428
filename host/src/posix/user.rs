//! The user and group ids of this process.

use crate::errno::check;
use crate::numbers::Int;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr;
use rquickjs::{Ctx, Result};

/// `getuid()`. It cannot fail; neither can the next three. They return doubles, because rquickjs
/// makes a large u32 a negative number.
///
/// # References
/// getuid(2).
pub fn getuid(_: &Ctx<'_>) -> Result<f64> {
    // SAFETY: no memory is passed.
    Ok(f64::from(unsafe { libc::getuid() }))
}

/// `geteuid()`.
///
/// # References
/// geteuid(2).
pub fn geteuid(_: &Ctx<'_>) -> Result<f64> {
    // SAFETY: no memory is passed.
    Ok(f64::from(unsafe { libc::geteuid() }))
}

/// `getgid()`.
///
/// # References
/// getgid(2).
pub fn getgid(_: &Ctx<'_>) -> Result<f64> {
    // SAFETY: no memory is passed.
    Ok(f64::from(unsafe { libc::getgid() }))
}

/// `getegid()`.
///
/// # References
/// getegid(2).
pub fn getegid(_: &Ctx<'_>) -> Result<f64> {
    // SAFETY: no memory is passed.
    Ok(f64::from(unsafe { libc::getegid() }))
}

/// `getgroups()`: first their number, then the groups.
///
/// # References
/// getgroups(2).
pub fn getgroups(ctx: &Ctx<'_>) -> Result<Vec<u32>> {
    // SAFETY: with a count of 0, nothing is written.
    let count = unsafe { libc::getgroups(0, ptr::null_mut()) };
    let count = check(ctx, "getgroups", None, count)?;
    let mut groups = vec![0; count as usize];
    // SAFETY: there is room for the stated number of ids.
    let count = unsafe { libc::getgroups(count, groups.as_mut_ptr()) };
    groups.truncate(check(ctx, "getgroups", None, count)? as usize);
    Ok(groups)
}

/// `setgroups(gids)`.
///
/// # References
/// setgroups(2).
pub fn setgroups(ctx: &Ctx<'_>, gids: Vec<Int<libc::gid_t>>) -> Result<()> {
    let gids: Vec<libc::gid_t> = gids.into_iter().map(|gid| gid.0).collect();
    // The count is a size_t on Linux and an int elsewhere.
    // SAFETY: the list has the stated number of ids.
    let done = unsafe { libc::setgroups(gids.len() as _, gids.as_ptr()) };
    check(ctx, "setgroups", None, done).map(drop)
}

/// `setgid(gid)`.
///
/// # References
/// setgid(2).
pub fn setgid(ctx: &Ctx<'_>, gid: Int<libc::gid_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "setgid", None, unsafe { libc::setgid(gid.0) }).map(drop)
}

/// `setuid(uid)`.
///
/// # References
/// setuid(2).
pub fn setuid(ctx: &Ctx<'_>, uid: Int<libc::uid_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "setuid", None, unsafe { libc::setuid(uid.0) }).map(drop)
}
