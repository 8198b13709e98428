//! Watches on the BSDs and macOS, by kqueue(2).
//!
//! The queue watches open descriptors, so each directory takes one. What inotify(7) does by itself
//! is done here: a watch has a directory only once; the descriptors of a watch are closed with it,
//! and that of a directory once the directory has gone; and no number of a directory is used twice.

use super::WatchEvent;
use crate::bytes::{ByteString, Name};
use crate::errno::{self, check};
use crate::numbers::Int;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::{CStr, c_int};
use core::ptr;
use core::sync::atomic::{AtomicI32, Ordering::Relaxed};
use rquickjs::{Ctx, Result};

/// Entries that appear and disappear, and the end of the directory itself.
const EVENTS: u32 = libc::NOTE_WRITE
    | libc::NOTE_EXTEND
    | libc::NOTE_LINK
    | libc::NOTE_DELETE
    | libc::NOTE_RENAME
    | libc::NOTE_REVOKE;
/// After one of these the system reports nothing more; nor does it after an event with EV_EOF.
const LAST_EVENTS: u32 = libc::NOTE_DELETE | libc::NOTE_REVOKE;

static AT_ONCE: libc::timespec = libc::timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// The next read returns the rest.
const READ_EVENTS: usize = 64;

struct Watch {
    queue: c_int,
    directories: Vec<Directory>,
}

struct Directory {
    id: c_int,
    fd: c_int,
    /// Its device and inode.
    file: (libc::dev_t, libc::ino_t),
}

impl Drop for Directory {
    fn drop(&mut self) {
        // SAFETY: opened by `add`; no one else has it. The queue forgets a closed descriptor.
        unsafe { libc::close(self.fd) };
    }
}

struct Watches(RefCell<Vec<Watch>>);

// SAFETY: the process has one thread, always.
unsafe impl Sync for Watches {}

static WATCHES: Watches = Watches(RefCell::new(Vec::new()));
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

/// `kqueue()`.
///
/// # References
/// kqueue(2). Not every system has kqueue1, so close-on-exec is set afterwards; nothing can fork in
/// between.
pub fn open(ctx: &Ctx<'_>) -> Result<c_int> {
    // SAFETY: no memory is passed.
    let queue = check(ctx, "kqueue", None, unsafe { libc::kqueue() })?;
    // SAFETY: as above. The call cannot fail: the descriptor is open.
    unsafe { libc::fcntl(queue, libc::F_SETFD, libc::FD_CLOEXEC) };
    WATCHES.0.borrow_mut().push(Watch {
        queue,
        directories: Vec::new(),
    });
    Ok(queue)
}

/// `open(path)` and `kevent(EV_ADD, EVFILT_VNODE)`.
///
/// # Errors
/// `ENOSYS` for other targets than entries.
///
/// # References
/// kqueue(2) EVFILT_VNODE.
pub fn add(ctx: &Ctx<'_>, queue: Int<c_int>, path: Name, what: ByteString<'_>) -> Result<c_int> {
    let path = path.as_c_str();
    if what.as_bytes() != b"entries" {
        return check(ctx, "kevent", Some(path), errno::absent());
    }
    let mut watches = WATCHES.0.borrow_mut();
    let Some(watch) = watches.iter_mut().find(|watch| watch.queue == queue.0) else {
        return Err(errno::throw_number(ctx, "kevent", Some(path), libc::EBADF));
    };
    let fd = check(ctx, "open", Some(path), open_directory(path))?;
    let mut directory = Directory {
        id: 0,
        fd,
        file: file_of(fd),
    };
    let known = |one: &&Directory| one.file == directory.file;
    if let Some(known) = watch.directories.iter().find(known) {
        return Ok(known.id);
    }
    let id = NEXT_ID.fetch_add(1, Relaxed);
    directory.id = id;
    check(ctx, "kevent", Some(path), begin(queue.0, &directory))?;
    watch.directories.push(directory);
    Ok(id)
}

fn open_directory(path: &CStr) -> c_int {
    // macOS: a descriptor that does not prevent its file system from being unmounted.
    #[cfg(target_vendor = "apple")]
    let access = libc::O_EVTONLY;
    #[cfg(not(target_vendor = "apple"))]
    let access = libc::O_RDONLY;
    let flags = access | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: the path is a C string that lives through the call.
    unsafe { libc::open(path.as_ptr(), flags) }
}

fn file_of(fd: c_int) -> (libc::dev_t, libc::ino_t) {
    // SAFETY: all zeros is a valid record, and the call, which cannot fail, fills it.
    let stat = unsafe {
        let mut stat: libc::stat = core::mem::zeroed();
        libc::fstat(fd, &raw mut stat);
        stat
    };
    (stat.st_dev, stat.st_ino)
}

fn begin(queue: c_int, directory: &Directory) -> c_int {
    let mut change = none();
    change.ident = directory.fd as _;
    change.filter = libc::EVFILT_VNODE as _;
    change.flags = (libc::EV_ADD | libc::EV_CLEAR) as _;
    change.fflags = EVENTS as _;
    change.udata = directory.id as usize as _;
    let (change, timeout) = (&raw const change, &raw const AT_ONCE);
    // SAFETY: one change, and room for no events; without room, the call returns the error of the
    // change.
    unsafe { libc::kevent(queue, change, 1, ptr::null_mut(), 0, timeout) }
}

/// `close(fd)` of the directory, which removes it from the queue.
///
/// # Errors
/// `EINVAL`: the watch does not have it, or no longer, as with inotify_rm_watch(2).
///
/// # References
/// kqueue(2).
pub fn remove(ctx: &Ctx<'_>, queue: Int<c_int>, id: Int<c_int>) -> Result<()> {
    match take(queue.0, id.0) {
        true => Ok(()),
        false => Err(errno::throw_number(ctx, "kevent", None, libc::EINVAL)),
    }
}

/// Closes the directory's descriptor. @returns whether there was one
fn take(queue: c_int, id: c_int) -> bool {
    let mut watches = WATCHES.0.borrow_mut();
    let Some(watch) = watches.iter_mut().find(|watch| watch.queue == queue) else {
        return false;
    };
    let before = watch.directories.len();
    watch.directories.retain(|directory| directory.id != id);
    watch.directories.len() < before
}

/// Closes a watch with its directories. In a forked child there is no queue any more, but the
/// directories are still open.
///
/// @returns `false` if the descriptor is no watch; then nothing has happened
pub fn close(fd: c_int) -> bool {
    let mut watches = WATCHES.0.borrow_mut();
    let Some(at) = watches.iter().position(|watch| watch.queue == fd) else {
        return false;
    };
    watches.swap_remove(at);
    // SAFETY: no memory is passed.
    unsafe { libc::close(fd) };
    true
}

/// `kevent(queue)`, without waiting.
///
/// # References
/// kqueue(2).
pub fn read(ctx: &Ctx<'_>, queue: Int<c_int>) -> Result<Vec<WatchEvent>> {
    let mut events = [none(); READ_EVENTS];
    // SAFETY: no change, and room for the stated number of events.
    let count = unsafe {
        libc::kevent(
            queue.0,
            ptr::null(),
            0,
            events.as_mut_ptr(),
            READ_EVENTS as _,
            &raw const AT_ONCE,
        )
    };
    let count = check(ctx, "kevent", None, count)? as usize;
    let event = |event: &libc::kevent| {
        let id = event.udata as usize as c_int;
        let ended = event.fflags & LAST_EVENTS != 0 || event.flags & libc::EV_EOF != 0;
        if ended {
            take(queue.0, id);
        }
        WatchEvent {
            id,
            name: None,
            ended,
            overflow: false,
        }
    };
    Ok(events[..count].iter().map(event).collect())
}

fn none() -> libc::kevent {
    // SAFETY: a record of numbers and a pointer, for which all zeros is a valid value.
    unsafe { core::mem::zeroed() }
}
