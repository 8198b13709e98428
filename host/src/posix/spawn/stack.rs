//! The stack of a child in its parent's memory.

use core::ffi::c_void;
use core::ptr;

/// The largest page size.
const GUARD_BYTES: usize = 64 * 1024;
/// Ten times the stack that a dozen calls of JavaScript and of the host take.
const STACK_BYTES: usize = 128 * 1024;
const BYTES: usize = GUARD_BYTES + STACK_BYTES;

/// Lies above an inaccessible page. Each child gets a new one, because every supervisor would hold
/// the memory of a permanent stack.
pub struct Stack(*mut c_void);

impl Stack {
    /// `None` if there is no memory; errno is set.
    pub fn new() -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at any address.
        let start = unsafe { libc::mmap(ptr::null_mut(), BYTES, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        let stack = Stack(start);
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the upper part of the new mapping.
        let done = unsafe { libc::mprotect(start.byte_add(GUARD_BYTES), STACK_BYTES, access) };
        (done == 0).then_some(stack)
    }

    /// The start of the stack, which grows downwards on every processor that Linux supports here.
    pub fn top(&self) -> *mut c_void {
        // SAFETY: the end of the mapping.
        unsafe { self.0.byte_add(BYTES) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`; no process uses the stack any more.
        unsafe { libc::munmap(self.0, BYTES) };
    }
}
