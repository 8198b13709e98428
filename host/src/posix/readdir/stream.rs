//! Directories on other systems, by readdir(3).

use crate::bytes::Bytes;
use crate::errno::{self, check};
use crate::numbers::Int;
use crate::objects::List;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int};
use rquickjs::{Ctx, IntoJs, Result};

/// All names in an open directory except `.` and `..`.
///
/// # Errors
/// Call `readdir`; it never returns a partial list.
///
/// # References
/// fdopendir(3), readdir(3). The stream owns its descriptor, so it gets a copy; the copy shares the
/// position, so the stream is rewound.
pub fn readdir<'js>(ctx: &Ctx<'js>, fd: Int<c_int>) -> Result<List<'js>> {
    // SAFETY: no memory is passed.
    let copy = unsafe { libc::fcntl(fd.0, libc::F_DUPFD_CLOEXEC, 0) };
    check(ctx, "readdir", None, copy)?;
    // SAFETY: we own the copy; from here on the stream owns it.
    let stream = unsafe { libc::fdopendir(copy) };
    if stream.is_null() {
        let error = errno::throw(ctx, "readdir", None);
        // SAFETY: there is no stream, so we still own the copy.
        unsafe { libc::close(copy) };
        return Err(error);
    }
    let stream = Stream(stream);
    // SAFETY: a live stream.
    unsafe { libc::rewinddir(stream.0) };
    let mut names = Vec::new();
    loop {
        // Only errno distinguishes the end from a failure.
        errno::set(0);
        // SAFETY: a live stream.
        let entry = unsafe { libc::readdir(stream.0) };
        if entry.is_null() {
            return match errno::last() {
                0 => Ok(List(names)),
                _ => Err(errno::throw(ctx, "readdir", None)),
            };
        }
        // SAFETY: the entry's name is a C string, valid until the next read of the stream.
        let name = unsafe { CStr::from_ptr((*entry).d_name.as_ptr()) }.to_bytes();
        if name != b"." && name != b".." {
            names.push(Bytes(name).into_js(ctx)?);
        }
    }
}

/// A directory stream, closed when it is dropped.
struct Stream(*mut libc::DIR);

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: a live stream, which is not used after this.
        unsafe { libc::closedir(self.0) };
    }
}
