//! The stack of a child in its parent's memory.

use core::ffi::c_void;
use core::ptr;

/// The greatest page size there is.
const GUARD_BYTES: usize = 64 * 1024;
/// A dozen calls of JavaScript and the host's own, ten times over.
const STACK_BYTES: usize = 128 * 1024;
const BYTES: usize = GUARD_BYTES + STACK_BYTES;

/// Lies above a page that nobody may touch. Each child gets a new one, since a stack that stays would be memory that
/// every supervisor holds.
pub struct Stack(*mut c_void);

impl Stack {
    /// `None` if there is no memory; errno says so.
    pub fn new() -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE;
        // SAFETY: new memory, wherever there is room.
        let start = unsafe { libc::mmap(ptr::null_mut(), BYTES, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        let stack = Stack(start);
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the upper part of what has just been mapped.
        let done = unsafe { libc::mprotect(start.byte_add(GUARD_BYTES), STACK_BYTES, access) };
        (done == 0).then_some(stack)
    }

    /// Where it begins, for it grows downwards on all that Linux runs on here.
    pub fn top(&self) -> *mut c_void {
        // SAFETY: the end of the mapping.
        unsafe { self.0.byte_add(BYTES) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`; nobody stands on it any more.
        unsafe { libc::munmap(self.0, BYTES) };
    }
}
