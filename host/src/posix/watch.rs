//! Watches directories and the paths that lead to them: the descriptor is readable after a change.
//!
//! inotify(7) on Linux, whose events name the entry; kqueue(2) on the BSDs and macOS, with which a
//! watched directory is an open descriptor, events only say that it changed, and fork(2) does not
//! copy the queue.

use crate::bytes::{ByteString, Bytes, Name};
use crate::errno::{self, check};
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, IntoJs, Object, Result, Value};

pub use system::{add, open, read, remove};

/// A change; `WatchEvent` in posix.d.ts.
pub struct WatchEvent {
    id: c_int,
    name: Option<Vec<u8>>,
    ended: bool,
    overflow: bool,
}

impl<'js> IntoJs<'js> for WatchEvent {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("id", self.id)?;
        object.set("name", self.name.as_deref().map(Bytes))?;
        object.set("ended", self.ended)?;
        object.set("overflow", self.overflow)?;
        object.into_js(ctx)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use super::*;

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
    pub fn add(
        ctx: &Ctx<'_>,
        watch: Int<c_int>,
        path: Name,
        what: ByteString<'_>,
    ) -> Result<c_int> {
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
                .filter(|name| !name.is_empty());
            events.push(WatchEvent {
                id: event.wd,
                name: name.map(<[u8]>::to_vec),
                ended: event.mask & libc::IN_IGNORED != 0,
                overflow: event.mask & libc::IN_Q_OVERFLOW != 0,
            });
        }
        Ok(events)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use super::*;
    use core::ptr;

    const EVENTS: u32 = libc::NOTE_WRITE
        | libc::NOTE_EXTEND
        | libc::NOTE_LINK
        | libc::NOTE_DELETE
        | libc::NOTE_RENAME
        | libc::NOTE_REVOKE;

    const READ_EVENTS: usize = 64;

    /// `kqueue()`.
    ///
    /// # References
    /// kqueue(2). Not every system has kqueue1, so close-on-exec is set afterwards; nothing can
    /// fork in between.
    pub fn open(ctx: &Ctx<'_>) -> Result<c_int> {
        // SAFETY: no memory is passed.
        let fd = check(ctx, "kqueue", None, unsafe { libc::kqueue() })?;
        // SAFETY: as above.
        let done = unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
        check(ctx, "fcntl", None, done)?;
        Ok(fd)
    }

    /// `open(path)` and `kevent(EV_ADD, EVFILT_VNODE)`: returns the directory's descriptor.
    ///
    /// # Errors
    /// `ENOSYS` for other targets than entries.
    ///
    /// # References
    /// kqueue(2) EVFILT_VNODE.
    pub fn add(
        ctx: &Ctx<'_>,
        watch: Int<c_int>,
        path: Name,
        what: ByteString<'_>,
    ) -> Result<c_int> {
        if what.as_bytes() != b"entries" {
            return check(ctx, "kevent", Some(path.as_c_str()), errno::absent());
        }
        // macOS: a descriptor that does not prevent its file system from being unmounted.
        #[cfg(target_vendor = "apple")]
        let access = libc::O_EVTONLY;
        #[cfg(not(target_vendor = "apple"))]
        let access = libc::O_RDONLY;
        let flags = access | libc::O_DIRECTORY | libc::O_CLOEXEC;
        // SAFETY: the path is a C string that lives through the call.
        let fd = unsafe { libc::open(path.as_ptr(), flags) };
        let fd = check(ctx, "open", Some(path.as_c_str()), fd)?;
        let mut change = none();
        change.ident = fd as _;
        change.filter = libc::EVFILT_VNODE as _;
        change.flags = (libc::EV_ADD | libc::EV_CLEAR) as _;
        change.fflags = EVENTS as _;
        // SAFETY: one change, and room for no events.
        let done = unsafe {
            libc::kevent(
                watch.0,
                &raw const change,
                1,
                ptr::null_mut(),
                0,
                ptr::null(),
            )
        };
        if done == -1 {
            let error = errno::throw(ctx, "kevent", Some(path.as_c_str()));
            // SAFETY: we own it; no one else has it.
            unsafe { libc::close(fd) };
            return Err(error);
        }
        Ok(fd)
    }

    /// `close(id)`, which also removes it from the queue.
    ///
    /// # References
    /// kqueue(2).
    pub fn remove(ctx: &Ctx<'_>, _watch: Int<c_int>, id: Int<c_int>) -> Result<()> {
        // SAFETY: no memory is passed.
        check(ctx, "close", None, unsafe { libc::close(id.0) }).map(drop)
    }

    /// `kevent(watch)`, without waiting.
    ///
    /// # References
    /// kqueue(2).
    pub fn read(ctx: &Ctx<'_>, watch: Int<c_int>) -> Result<Vec<WatchEvent>> {
        let mut events = [none(); READ_EVENTS];
        // SAFETY: a record of two numbers, for which all zeros is a valid value.
        let at_once: libc::timespec = unsafe { core::mem::zeroed() };
        // SAFETY: no change, and room for the stated number of events.
        let count = unsafe {
            libc::kevent(
                watch.0,
                ptr::null(),
                0,
                events.as_mut_ptr(),
                READ_EVENTS as _,
                &raw const at_once,
            )
        };
        let count = check(ctx, "kevent", None, count)? as usize;
        let told = |event: &libc::kevent| WatchEvent {
            id: event.ident as c_int,
            name: None,
            ended: event.fflags as u32 & (libc::NOTE_DELETE | libc::NOTE_REVOKE) != 0,
            overflow: false,
        };
        Ok(events[..count].iter().map(told).collect())
    }

    fn none() -> libc::kevent {
        // SAFETY: a record of numbers and a pointer, for which all zeros is a valid value.
        unsafe { core::mem::zeroed() }
    }
}
