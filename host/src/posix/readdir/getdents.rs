//! Directories on Linux, by getdents64(2).

use crate::bytes::Bytes;
use crate::errno::check;
use crate::numbers::Int;
use crate::objects::List;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use rquickjs::{Ctx, IntoJs, Result};

/// All names in an open directory except `.` and `..`.
///
/// # Errors
/// Call `readdir`; it never returns a partial list.
///
/// # References
/// getdents64(2), which readdir(3) calls as well; the position of the descriptor is shared, so it
/// starts anew. The C library would take a copy of the descriptor, and 32 KiB of memory.
pub fn readdir<'js>(ctx: &Ctx<'js>, fd: Int<c_int>) -> Result<List<'js>> {
    /// The offsets of the fields of a `linux_dirent64`.
    const LENGTH_AT: usize = 16;
    const NAME_AT: usize = 19;
    // SAFETY: no memory is passed.
    check(ctx, "readdir", None, unsafe {
        libc::lseek(fd.0, 0, libc::SEEK_SET)
    })?;
    let mut names = Vec::new();
    let mut room = [const { MaybeUninit::<u64>::uninit() }; 1024];
    loop {
        let size = size_of_val(&room);
        // SAFETY: the room has that many bytes.
        let count = unsafe { libc::syscall(libc::SYS_getdents64, fd.0, room.as_mut_ptr(), size) };
        let count = check(ctx, "readdir", None, count)? as usize;
        if count == 0 {
            return Ok(List(names));
        }
        // SAFETY: the kernel has written that many bytes.
        let mut entries = unsafe { core::slice::from_raw_parts(room.as_ptr().cast::<u8>(), count) };
        while let Some((entry, rest)) = entries
            .get(LENGTH_AT..NAME_AT)
            .map(|length| usize::from(u16::from_ne_bytes([length[0], length[1]])))
            .and_then(|length| entries.split_at_checked(length))
        {
            let name = CStr::from_bytes_until_nul(&entry[NAME_AT..]).unwrap_or_default();
            let name = name.to_bytes();
            if name != b"." && name != b".." {
                names.push(Bytes(name).into_js(ctx)?);
            }
            entries = rest;
        }
    }
}
