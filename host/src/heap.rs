//! The host's own memory. If there is none left, the process exits with a message; with Rust's
//! default it would end by a signal. The engine calls malloc(3) itself, and throws.

use crate::fatal;
use core::alloc::{GlobalAlloc, Layout};

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// The alignment of malloc for at least so many bytes.
const ALIGN: usize = align_of::<libc::max_align_t>();

/// Whether malloc aligns well enough.
fn is_plain(layout: Layout) -> bool {
    layout.align() <= ALIGN && layout.align() <= layout.size()
}

// SAFETY: the C library's allocator, except that it never returns null.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_plain(layout) {
            // SAFETY: no memory is passed.
            return there(unsafe { libc::malloc(layout.size()) });
        }
        let mut memory = core::ptr::null_mut();
        let align = layout.align().max(size_of::<usize>()); // the minimum of posix_memalign
        // SAFETY: there is room for the pointer, which stays null if the call fails.
        unsafe { libc::posix_memalign(&raw mut memory, align, layout.size()) };
        there(memory)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_plain(layout) {
            // SAFETY: no memory is passed.
            return there(unsafe { libc::calloc(layout.size(), 1) });
        }
        // SAFETY: as the caller promises; the new memory has so many bytes.
        unsafe {
            let memory = self.alloc(layout);
            memory.write_bytes(0, layout.size());
            memory
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises: the alignment is valid, and the size does not overflow.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if is_plain(layout) && is_plain(wanted) {
            // SAFETY: as the caller promises.
            return there(unsafe { libc::realloc(memory.cast(), size) });
        }
        // SAFETY: as the caller promises; both have at least as many bytes as are copied, and they
        // do not overlap.
        unsafe {
            let moved = self.alloc(wanted);
            moved.copy_from_nonoverlapping(memory, size.min(layout.size()));
            self.dealloc(memory, layout);
            moved
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: as the caller promises; all of it is from the C library.
        unsafe { libc::free(memory.cast()) }
    }
}

fn there(memory: *mut libc::c_void) -> *mut u8 {
    if memory.is_null() {
        fatal::exit_at_once(b"runits: fatal: out of memory\n");
    }
    memory.cast()
}
