//! The attributes of files: type, owner, permissions, size and times.

use crate::bytes::Name;
use crate::errno::{self, check};
use crate::numbers::Int;
use crate::objects::{Names, number, plain, text};
use alloc::format;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use rquickjs::{Ctx, IntoJs, Result, Value};

/// The result of stat(2); `Stat` in posix.d.ts.
pub struct Stat(libc::stat);

/// The properties of a `Stat`.
static NAMES: Names<9> = Names::new([
    c"id", c"mode", c"uid", c"gid", c"links", c"size", c"mtimeS", c"mtimeNs", c"ctimeMs",
]);

impl<'js> IntoJs<'js> for Stat {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let Stat(stat) = self;
        #[cfg(not(target_os = "netbsd"))]
        let (mtime_ns, ctime_ns) = (stat.st_mtime_nsec, stat.st_ctime_nsec);
        #[cfg(target_os = "netbsd")]
        let (mtime_ns, ctime_ns) = (stat.st_mtimensec, stat.st_ctimensec);
        let ctime_ms = stat.st_ctime as f64 * 1e3 + (ctime_ns / 1_000_000) as f64;
        let id = text(ctx, &format!("{}:{}", stat.st_dev, stat.st_ino))?;
        let number = |value: f64| number(ctx, value);
        let values = [
            id,
            number(f64::from(stat.st_mode)),
            number(f64::from(stat.st_uid)),
            number(f64::from(stat.st_gid)),
            number(stat.st_nlink as f64),
            number(stat.st_size as f64),
            number(stat.st_mtime as f64),
            number(mtime_ns as f64),
            number(ctime_ms),
        ];
        plain(ctx, &NAMES, &values)
    }
}

/// `fstatat(dir, path, flags)`: `undefined` for ENOENT.
///
/// # References
/// fstatat(2).
pub fn stat(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, flags: Int<c_int>) -> Result<Option<Stat>> {
    let mut stat = MaybeUninit::uninit();
    // SAFETY: the path is a C string; `stat` has room for the record.
    let done = unsafe { libc::fstatat(dir.0, path.as_ptr(), stat.as_mut_ptr(), flags.0) };
    if done == -1 && errno::last() == libc::ENOENT {
        return Ok(None);
    }
    check(ctx, "stat", Some(path.as_c_str()), done)?;
    // SAFETY: the call has filled it.
    Ok(Some(Stat(unsafe { stat.assume_init() })))
}

/// `fstatat(dir, path, flags)` of which only `st_mode` is returned: `undefined` for ENOENT.
///
/// # References
/// fstatat(2).
pub fn mode(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, flags: Int<c_int>) -> Result<Option<u32>> {
    let found = stat(ctx, dir, path, flags)?;
    // The type differs between systems.
    #[allow(clippy::useless_conversion)]
    Ok(found.map(|Stat(found)| u32::from(found.st_mode)))
}

/// `fstat(fd)`.
///
/// # References
/// fstat(2).
pub fn fstat(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<Stat> {
    let mut stat = MaybeUninit::uninit();
    // SAFETY: `stat` has room for the record.
    let done = unsafe { libc::fstat(fd.0, stat.as_mut_ptr()) };
    check(ctx, "fstat", None, done)?;
    // SAFETY: the call has filled it.
    Ok(Stat(unsafe { stat.assume_init() }))
}

/// `fchmodat(dir, path, mode, 0)`.
///
/// # References
/// fchmodat(2).
pub fn chmod(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, mode: Int<libc::mode_t>) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::fchmodat(dir.0, path.as_ptr(), mode.0, 0) };
    check(ctx, "chmod", Some(path.as_c_str()), done).map(drop)
}

/// `fchmod(fd, mode)`.
///
/// # References
/// fchmod(2).
pub fn fchmod(ctx: &Ctx<'_>, fd: Int<c_int>, mode: Int<libc::mode_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "fchmod", None, unsafe { libc::fchmod(fd.0, mode.0) }).map(drop)
}

/// `fchown(fd, uid, gid)`; -1 leaves an id unchanged.
///
/// # References
/// fchown(2).
pub fn fchown(ctx: &Ctx<'_>, fd: Int<c_int>, uid: Int<i64>, gid: Int<i64>) -> Result<()> {
    let id = |id: i64| match u32::try_from(id) {
        Ok(id) => Ok(id),
        Err(_) if id == -1 => Ok(u32::MAX),
        Err(_) => Err(crate::numbers::refuse(ctx, id as f64)),
    };
    // SAFETY: no memory is passed.
    let done = unsafe { libc::fchown(fd.0, id(uid.0)?, id(gid.0)?) };
    check(ctx, "fchown", None, done).map(drop)
}
