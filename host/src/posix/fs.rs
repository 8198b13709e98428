//! Files and directories by name, relative to an open directory.

use crate::bytes::{Bytes, Name};
use crate::errno::{self, check};
use crate::numbers::Int;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, IntoJs, Result, Value};

/// Room for the text of most files that are read whole.
const TEXT_BYTES: usize = 4096;

/// Added to the flags of every open: a descriptor is not inherited across an exec, and no terminal
/// becomes the controlling one.
const ALWAYS: c_int = libc::O_CLOEXEC | libc::O_NOCTTY;

/// `openat(dir, path, flags | O_CLOEXEC | O_NOCTTY, mode)`.
///
/// # References
/// openat(2).
pub fn open(
    ctx: &Ctx<'_>,
    dir: Int<c_int>,
    path: Name,
    flags: Int<c_int>,
    mode: Int<libc::mode_t>,
) -> Result<c_int> {
    let flags = flags.0 | ALWAYS;
    // The mode is a variadic argument, which is at least an int.
    let mode = libc::c_uint::from(mode.0);
    // SAFETY: the path is a C string that lives through the call.
    let fd = unsafe { libc::openat(dir.0, path.as_ptr(), flags, mode) };
    check(ctx, "open", Some(path.as_c_str()), fd)
}

/// `openat`, `read` to the end of the file or up to `max` bytes, `close`: `undefined` if openat
/// fails with ENOENT.
///
/// # References
/// openat(2), read(2).
pub fn read_text<'js>(
    ctx: &Ctx<'js>,
    dir: Int<c_int>,
    path: Name,
    max: Option<Int<u32>>,
    flags: Option<Int<c_int>>,
) -> Result<Option<Value<'js>>> {
    let flags = flags.map_or(0, |flags| flags.0) | libc::O_RDONLY | libc::O_NONBLOCK | ALWAYS;
    // SAFETY: the path is a C string that lives through the call.
    let fd = unsafe { libc::openat(dir.0, path.as_ptr(), flags) };
    if fd == -1 && errno::last() == libc::ENOENT {
        return Ok(None);
    }
    check(ctx, "open", Some(path.as_c_str()), fd)?;
    let max = max.map_or(usize::MAX, |max| max.0 as usize);
    // One read(2) returns so short a text completely: another would only find the end.
    let ends_short = max <= TEXT_BYTES;
    let mut text: Vec<u8> = Vec::with_capacity(max.min(TEXT_BYTES));
    let done = loop {
        if text.len() == max {
            break Ok(());
        }
        text.reserve(1); // doubles a full buffer
        let length = (text.capacity() - text.len()).min(max - text.len());
        let room = text.spare_capacity_mut();
        // SAFETY: there is room for that many bytes.
        let count = unsafe { libc::read(fd, room.as_mut_ptr().cast(), length) };
        match usize::try_from(count) {
            Ok(0) => break Ok(()),
            Ok(count) => {
                // SAFETY: read has written that many bytes more.
                unsafe { text.set_len(text.len() + count) };
                if ends_short && count < length {
                    break Ok(());
                }
            }
            Err(_) => break Err(errno::throw(ctx, "read", Some(path.as_c_str()))),
        }
    };
    // SAFETY: opened here; no one else has it.
    unsafe { libc::close(fd) };
    done?;
    Bytes(&text).into_js(ctx).map(Some)
}

/// `mkdirat(dir, path, mode)`.
///
/// # References
/// mkdirat(2).
pub fn mkdir(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, mode: Int<libc::mode_t>) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::mkdirat(dir.0, path.as_ptr(), mode.0) };
    check(ctx, "mkdir", Some(path.as_c_str()), done).map(drop)
}

/// `mkfifoat(dir, path, mode)`.
///
/// # References
/// mkfifoat(3); on macOS since 13.
pub fn mkfifo(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, mode: Int<libc::mode_t>) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::mkfifoat(dir.0, path.as_ptr(), mode.0) };
    check(ctx, "mkfifo", Some(path.as_c_str()), done).map(drop)
}

/// `renameat(from_dir, from, to_dir, to)`.
///
/// # References
/// renameat(2).
pub fn rename(
    ctx: &Ctx<'_>,
    from_dir: Int<c_int>,
    from: Name,
    to_dir: Int<c_int>,
    to: Name,
) -> Result<()> {
    // SAFETY: both paths are C strings that live through the call.
    let done = unsafe { libc::renameat(from_dir.0, from.as_ptr(), to_dir.0, to.as_ptr()) };
    check(ctx, "rename", Some(from.as_c_str()), done).map(drop)
}

/// `renameat2(one_dir, one, other_dir, other, RENAME_EXCHANGE)`.
///
/// # Errors
/// `EINVAL` if the file system cannot do it; `ENOSYS` before Linux 3.15, and on systems other than
/// Linux.
///
/// # References
/// renameat2(2).
pub fn exchange(
    ctx: &Ctx<'_>,
    one_dir: Int<c_int>,
    one: Name,
    other_dir: Int<c_int>,
    other: Name,
) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: both paths are C strings that live through the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            one_dir.0,
            one.as_ptr(),
            other_dir.0,
            other.as_ptr(),
            libc::RENAME_EXCHANGE,
        ) as c_int
    };
    #[cfg(not(linux_calls))]
    let done = {
        let _ = (one_dir, other_dir, &other);
        errno::absent()
    };
    check(ctx, "renameat2", Some(one.as_c_str()), done).map(drop)
}

/// `unlinkat(dir, path, flags)`.
///
/// # References
/// unlinkat(2).
pub fn unlink(ctx: &Ctx<'_>, dir: Int<c_int>, path: Name, flags: Int<c_int>) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::unlinkat(dir.0, path.as_ptr(), flags.0) };
    check(ctx, "unlink", Some(path.as_c_str()), done).map(drop)
}

/// `symlinkat(target, dir, path)`.
///
/// # References
/// symlinkat(2).
pub fn symlink(ctx: &Ctx<'_>, target: Name, dir: Int<c_int>, path: Name) -> Result<()> {
    // SAFETY: both are C strings that live through the call.
    let done = unsafe { libc::symlinkat(target.as_ptr(), dir.0, path.as_ptr()) };
    check(ctx, "symlink", Some(path.as_c_str()), done).map(drop)
}

/// `readlinkat(dir, path)`, repeated with twice the room as long as the text fills the buffer: the
/// call truncates it silently.
///
/// # References
/// readlinkat(2).
pub fn readlink<'js>(ctx: &Ctx<'js>, dir: Int<c_int>, path: Name) -> Result<Value<'js>> {
    let mut buffer = vec![0u8; 256];
    loop {
        // SAFETY: the path is a C string; the buffer has the stated size.
        let length = unsafe {
            libc::readlinkat(
                dir.0,
                path.as_ptr(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
            )
        };
        let length = check(ctx, "readlink", Some(path.as_c_str()), length)? as usize;
        if length < buffer.len() {
            return Bytes(&buffer[..length]).into_js(ctx);
        }
        buffer.resize(buffer.len() * 2, 0);
    }
}

/// `chdir(path)`.
///
/// # References
/// chdir(2).
pub fn chdir(ctx: &Ctx<'_>, path: Name) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::chdir(path.as_ptr()) };
    check(ctx, "chdir", Some(path.as_c_str()), done).map(drop)
}

/// `fchdir(fd)`.
///
/// # References
/// fchdir(2).
pub fn fchdir(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "fchdir", None, unsafe { libc::fchdir(fd.0) }).map(drop)
}

/// `chroot(path)`.
///
/// # References
/// chroot(2).
pub fn chroot(ctx: &Ctx<'_>, path: Name) -> Result<()> {
    // SAFETY: the path is a C string that lives through the call.
    let done = unsafe { libc::chroot(path.as_ptr()) };
    check(ctx, "chroot", Some(path.as_c_str()), done).map(drop)
}

/// `umask(mask)`: returns the previous one.
///
/// # References
/// umask(2). It cannot fail.
pub fn umask(_: &Ctx<'_>, mask: Int<libc::mode_t>) -> Result<libc::mode_t> {
    // SAFETY: no memory is passed.
    Ok(unsafe { libc::umask(mask.0) })
}
