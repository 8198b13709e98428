//! Watches on Linux, by inotify(7).

use super::WatchEvent;
use crate::bytes::{ByteString, Name};
use crate::errno::{self, check};
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, Result};

/// Entries that appear and disappear; writes to a file are ignored here.
const ENTRIES: u32 = libc::IN_CREATE
    | libc::IN_DELETE
    | libc::IN_MOVED_FROM
    | libc::IN_MOVED_TO
    | libc::IN_DELETE_SELF
    | libc::IN_MOVE_SELF
    | libc::IN_ONLYDIR;
/// Writes to the files of the directory as well.
const CONTENT: u32 = ENTRIES | libc::IN_MODIFY;
/// The directory itself, not its contents.
const DIRECTORY: u32 =
    libc::IN_DELETE_SELF | libc::IN_MOVE_SELF | libc::IN_DONT_FOLLOW | libc::IN_MASK_ADD;
/// A link that loses one of several names, or is held open, only reports a change of its
/// attributes.
const LINK: u32 = DIRECTORY | libc::IN_ATTRIB;

/// Room for some fifty events with the longest names; the next read returns the rest.
const READ_BYTES: usize = 16 * 1024;

/// `inotify_init1(IN_NONBLOCK | IN_CLOEXEC)`.
///
/// # References
/// inotify_init1(2).
pub fn open(ctx: &Ctx<'_>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    let fd = unsafe { libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC) };
    check(ctx, "inotify_init1", None, fd)
}

/// `inotify_add_watch(watch, path)`: returns its watch descriptor.
///
/// # References
/// inotify_add_watch(2).
pub fn add(ctx: &Ctx<'_>, watch: Int<c_int>, path: Name, what: ByteString<'_>) -> Result<c_int> {
    let mask = match what.as_bytes() {
        b"entries" => ENTRIES,
        b"content" => CONTENT,
        b"directory" => DIRECTORY,
        b"link" => LINK,
        _ => {
            let why = "none of \"entries\", \"content\", \"directory\" and \"link\"";
            return Err(rquickjs::Exception::throw_type(ctx, why));
        }
    };
    if !cfg!(linux_calls) && mask != ENTRIES {
        return Err(errno::throw_number(ctx, "kevent", None, libc::ENOSYS));
    }
    // SAFETY: the path is a C string that lives through the call.
    let id = unsafe { libc::inotify_add_watch(watch.0, path.as_ptr(), mask) };
    check(ctx, "inotify_add_watch", Some(path.as_c_str()), id)
}

/// `inotify_rm_watch(watch, id)`.
///
/// # References
/// inotify_rm_watch(2).
pub fn remove(ctx: &Ctx<'_>, watch: Int<c_int>, id: Int<c_int>) -> Result<()> {
    // SAFETY: no memory is passed.
    let done = unsafe { libc::inotify_rm_watch(watch.0, id.0) };
    check(ctx, "inotify_rm_watch", None, done).map(drop)
}

#[repr(C, align(8))]
struct Buffer([u8; READ_BYTES]);

/// `read(watch)`.
///
/// # References
/// inotify(7).
pub fn read(ctx: &Ctx<'_>, watch: Int<c_int>) -> Result<Vec<WatchEvent>> {
    let mut buffer = Buffer([0; READ_BYTES]);
    // SAFETY: the buffer has the stated size.
    let count = unsafe { libc::read(watch.0, buffer.0.as_mut_ptr().cast(), READ_BYTES) };
    if count == -1 && errno::last() == libc::EAGAIN {
        return Ok(Vec::new());
    }
    let count = check(ctx, "read", None, count)? as usize;
    let mut rest = &buffer.0[..count];
    let mut events = Vec::new();
    while rest.len() >= size_of::<libc::inotify_event>() {
        // SAFETY: the kernel writes whole records; this is the fixed part of one.
        let event: libc::inotify_event =
            unsafe { rest.as_ptr().cast::<libc::inotify_event>().read_unaligned() };
        let (this, next) = rest.split_at(size_of::<libc::inotify_event>() + event.len as usize);
        rest = next;
        // The name is padded with NULs.
        let name = this[size_of::<libc::inotify_event>()..]
            .split(|&byte| byte == 0)
            .next()
            .filter(|name| !name.is_empty() && cfg!(linux_calls));
        events.push(WatchEvent {
            id: event.wd,
            name: name.map(<[u8]>::to_vec),
            ended: event.mask & libc::IN_IGNORED != 0,
            overflow: event.mask & libc::IN_Q_OVERFLOW != 0,
        });
    }
    Ok(events)
}
