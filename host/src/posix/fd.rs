//! Descriptors: reads, writes, copies, and flags.

use crate::bytes::{Chunk, new_uint8_array, uint8_array_memory};
use crate::errno::{self, check};
use crate::intrinsics::need_typed_arrays;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use rquickjs::{Ctx, Exception, Result, TypedArray, Value};

/// The largest read that goes through the stack, to be copied once to its final place.
const SMALL_READ_BYTES: usize = 4096;

/// `close(fd)`.
///
/// # References
/// close(2). Linux has freed the descriptor even if it reports EINTR, so the call must not be
/// repeated.
pub fn close(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<()> {
    #[cfg(not(target_os = "linux"))]
    if super::watch::close(fd.0) {
        return Ok(());
    }
    // SAFETY: no memory is passed; the caller is responsible for who owns the descriptor.
    check(ctx, "close", None, unsafe { libc::close(fd.0) }).map(drop)
}

/// `read(fd, buffer, max)`: a `Uint8Array` of the bytes read; `undefined` for EAGAIN.
///
/// # References
/// read(2).
pub fn read<'js>(ctx: &Ctx<'js>, fd: Int<c_int>, max: Int<u32>) -> Result<Option<Value<'js>>> {
    let max = max.0 as usize;
    if max <= SMALL_READ_BYTES {
        let mut buffer = [0u8; SMALL_READ_BYTES];
        // SAFETY: the buffer has at least `max` bytes and lives through the call.
        let count = unsafe { libc::read(fd.0, buffer.as_mut_ptr().cast(), max) };
        return match unless_again(ctx, "read", count)? {
            Some(count) => new_uint8_array(ctx, &buffer[..count]).map(Some),
            None => Ok(None),
        };
    }
    let mut buffer: Vec<u8> = Vec::with_capacity(max);
    // SAFETY: the buffer's capacity is at least `max` bytes.
    let count = unsafe { libc::read(fd.0, buffer.as_mut_ptr().cast(), max) };
    let Some(count) = unless_again(ctx, "read", count)? else {
        return Ok(None);
    };
    if count <= SMALL_READ_BYTES {
        // SAFETY: read has written `count` bytes.
        let bytes = unsafe { core::slice::from_raw_parts(buffer.as_ptr(), count) };
        return new_uint8_array(ctx, bytes).map(Some);
    }
    // SAFETY: read has written `count` bytes, no more than the capacity.
    unsafe { buffer.set_len(count) };
    need_typed_arrays(ctx)?;
    TypedArray::new(ctx.clone(), buffer).map(|array| Some(array.into_value()))
}

/// `read(fd, bytes + offset, max)`: the number of bytes read; `undefined` for EAGAIN.
///
/// # References
/// read(2).
pub fn read_into<'js>(
    ctx: &Ctx<'js>,
    fd: Int<c_int>,
    bytes: Value<'js>,
    offset: Int<u32>,
    max: Int<u32>,
) -> Result<Option<f64>> {
    let (memory, length) = uint8_array_memory(ctx, &bytes)?;
    let (offset, max) = (offset.0 as usize, max.0 as usize);
    if offset > length || max > length - offset {
        return Err(Exception::throw_range(ctx, "not within the bytes"));
    }
    // SAFETY: within the array, as was checked; no JavaScript runs until the call returns.
    let count = unsafe { libc::read(fd.0, memory.add(offset).cast(), max) };
    Ok(unless_again(ctx, "read", count)?.map(|count| count as f64))
}

/// Whether a write has failed since somebody last cleared this. Such a write may have raised a
/// signal.
pub static HAS_FAILED_WRITE: AtomicBool = AtomicBool::new(false);

/// `write(fd, bytes)`: the number of bytes written; `undefined` for EAGAIN.
///
/// # References
/// write(2).
pub fn write(ctx: &Ctx<'_>, fd: Int<c_int>, bytes: Chunk<'_>) -> Result<Option<f64>> {
    let (memory, length) = bytes.memory(ctx)?;
    // SAFETY: no JavaScript runs until the call returns, so the memory stays in place.
    let count = unsafe { libc::write(fd.0, memory.cast(), length) };
    if count == -1 {
        HAS_FAILED_WRITE.store(true, Relaxed);
    }
    Ok(unless_again(ctx, "write", count)?.map(|count| count as f64))
}

fn unless_again(ctx: &Ctx<'_>, call: &str, count: isize) -> Result<Option<usize>> {
    if let Ok(count) = usize::try_from(count) {
        return Ok(Some(count));
    }
    // EWOULDBLOCK is the same number on every supported system.
    if errno::last() == libc::EAGAIN {
        return Ok(None);
    }
    Err(errno::throw(ctx, call, None))
}

/// `tee(from, to, max, SPLICE_F_NONBLOCK)`: the number of bytes copied; `undefined` for EAGAIN.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// tee(2).
pub fn tee(ctx: &Ctx<'_>, from: Int<c_int>, to: Int<c_int>, max: Int<u32>) -> Result<Option<f64>> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    let count = unsafe { libc::tee(from.0, to.0, max.0 as usize, libc::SPLICE_F_NONBLOCK) };
    #[cfg(not(linux_calls))]
    let count = {
        let _ = (from, to, max);
        errno::absent() as isize
    };
    Ok(unless_again(ctx, "tee", count)?.map(|count| count as f64))
}

/// `lseek(fd, offset, SEEK_SET)`.
///
/// # References
/// lseek(2).
pub fn seek(ctx: &Ctx<'_>, fd: Int<c_int>, offset: Int<libc::off_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    let at = unsafe { libc::lseek(fd.0, offset.0, libc::SEEK_SET) };
    check(ctx, "lseek", None, at).map(drop)
}

/// `fsync(fd)`.
///
/// # References
/// fsync(2).
pub fn fsync(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<()> {
    // SAFETY: no memory is passed.
    check(ctx, "fsync", None, unsafe { libc::fsync(fd.0) }).map(drop)
}

/// `ftruncate(fd, length)`.
///
/// # References
/// ftruncate(2).
pub fn ftruncate(ctx: &Ctx<'_>, fd: Int<c_int>, length: Int<libc::off_t>) -> Result<()> {
    // SAFETY: no memory is passed.
    let done = unsafe { libc::ftruncate(fd.0, length.0) };
    check(ctx, "ftruncate", None, done).map(drop)
}

/// `pipe2(ends, O_CLOEXEC)`: `[read end, write end]`.
///
/// # References
/// pipe2(2); macOS does not have it, and sets the flags afterwards. Nothing can fork in between:
/// there is one thread.
pub fn pipe(ctx: &Ctx<'_>) -> Result<Vec<c_int>> {
    let mut ends = [-1; 2];
    #[cfg(not(target_vendor = "apple"))]
    // SAFETY: `ends` has room for the two numbers.
    let done = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) };
    #[cfg(target_vendor = "apple")]
    // SAFETY: `ends` has room for the two numbers; F_SETFD passes no memory.
    let done = unsafe {
        let done = libc::pipe(ends.as_mut_ptr());
        if done == 0 {
            libc::fcntl(ends[0], libc::F_SETFD, libc::FD_CLOEXEC);
            libc::fcntl(ends[1], libc::F_SETFD, libc::FD_CLOEXEC);
        }
        done
    };
    check(ctx, "pipe", None, done)?;
    Ok(ends.to_vec())
}

/// `dup2(from, to)`; if both are the same, it only clears close-on-exec, because `dup2` then does
/// nothing.
///
/// # References
/// dup2(2); fcntl(2) F_SETFD.
pub fn dup2(ctx: &Ctx<'_>, from: Int<c_int>, to: Int<c_int>) -> Result<()> {
    check(ctx, "dup2", None, copy(from.0, to.0)).map(drop)
}

/// Like [`dup2`]; returns -1 after a failure, and sets errno.
pub fn copy(from: c_int, to: c_int) -> c_int {
    // SAFETY: no memory is passed.
    unsafe {
        if from == to {
            libc::fcntl(from, libc::F_SETFD, 0)
        } else {
            libc::dup2(from, to)
        }
    }
}

/// `fcntl(fd, F_DUPFD_CLOEXEC, least)`.
///
/// # References
/// fcntl(2).
pub fn dup_from(ctx: &Ctx<'_>, fd: Int<c_int>, least: Int<c_int>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    let copy = unsafe { libc::fcntl(fd.0, libc::F_DUPFD_CLOEXEC, least.0) };
    check(ctx, "fcntl", None, copy)
}

/// `fcntl(fd, F_GETFD)`: whether the descriptor is open.
///
/// # References
/// fcntl(2).
pub fn is_open(ctx: &Ctx<'_>, fd: Int<c_int>) -> Result<bool> {
    // SAFETY: no memory is passed.
    let flags = unsafe { libc::fcntl(fd.0, libc::F_GETFD) };
    if flags == -1 && errno::last() == libc::EBADF {
        return Ok(false);
    }
    check(ctx, "fcntl", None, flags).map(|_| true)
}

/// `fcntl(fd, F_SETFD)`: FD_CLOEXEC is the only flag.
///
/// # References
/// fcntl(2).
pub fn set_close_on_exec(ctx: &Ctx<'_>, fd: Int<c_int>, on: bool) -> Result<()> {
    let flags = if on { libc::FD_CLOEXEC } else { 0 };
    // SAFETY: no memory is passed.
    let done = unsafe { libc::fcntl(fd.0, libc::F_SETFD, flags) };
    check(ctx, "fcntl", None, done).map(drop)
}

/// `fcntl(fd, F_SETFL)`: sets or clears O_NONBLOCK, and keeps the other flags.
///
/// # References
/// fcntl(2).
pub fn set_non_blocking(ctx: &Ctx<'_>, fd: Int<c_int>, on: bool) -> Result<()> {
    // SAFETY: no memory is passed.
    let flags = check(ctx, "fcntl", None, unsafe {
        libc::fcntl(fd.0, libc::F_GETFL)
    })?;
    let flags = if on {
        flags | libc::O_NONBLOCK
    } else {
        flags & !libc::O_NONBLOCK
    };
    // SAFETY: no memory is passed.
    let done = unsafe { libc::fcntl(fd.0, libc::F_SETFL, flags) };
    check(ctx, "fcntl", None, done).map(drop)
}

/// `isatty(fd)`.
///
/// # References
/// isatty(3). It cannot fail: a closed descriptor is not a terminal.
pub fn is_terminal(_: &Ctx<'_>, fd: Int<c_int>) -> Result<bool> {
    // SAFETY: no memory is passed.
    Ok(unsafe { libc::isatty(fd.0) } == 1)
}

/// `ioctl(fd, TIOCGWINSZ)`: the columns; `None` if `fd` is not a terminal, or does not know them.
///
/// # References
/// ioctl_tty(2). Not in POSIX.1-2017, but in Linux, macOS and the BSDs.
pub fn terminal_columns(_: &Ctx<'_>, fd: Int<c_int>) -> Result<Option<u16>> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the call writes one `winsize`.
    let done = unsafe { libc::ioctl(fd.0, libc::TIOCGWINSZ, &raw mut size) };
    Ok((done == 0 && size.ws_col > 0).then_some(size.ws_col))
}

/// `flock(fd, operation)`: `false` if another process has the lock and LOCK_NB was given.
///
/// # References
/// flock(2).
pub fn flock(ctx: &Ctx<'_>, fd: Int<c_int>, operation: Int<c_int>) -> Result<bool> {
    // SAFETY: no memory is passed.
    let done = unsafe { libc::flock(fd.0, operation.0) };
    if done == -1 && errno::last() == libc::EWOULDBLOCK {
        return Ok(false);
    }
    check(ctx, "flock", None, done).map(|_| true)
}
