//! The host's own memory. If there is none left, the process exits with a message; with Rust's
//! default it would end by a signal. The engine has its own (engine_heap.rs), and throws.
//!
//! Once the engine's memory is frozen, new blocks come from the region too: in malloc(3)'s, each
//! would be written to a page that a forked child shares with others.

use crate::fatal;
use crate::region;
use core::alloc::{GlobalAlloc, Layout};

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// The alignment of malloc for at least so many bytes.
const ALIGN: usize = 2 * size_of::<usize>();

/// Whether the block is to come from the region.
fn is_new(layout: Layout) -> bool {
    region::has_begun() && layout.align() <= align_of::<usize>()
}

/// Whether malloc aligns well enough.
fn is_plain(layout: Layout) -> bool {
    layout.align() <= ALIGN && layout.align() <= layout.size()
}

// SAFETY: the region's allocator and the C library's, except that they never return null.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_new(layout) {
            return there(region::alloc(layout.size()).cast());
        }
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
        if is_new(layout) {
            return there(region::alloc_zeroed(layout.size()).cast());
        }
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
        let is_old = region::contains(memory);
        if is_old && region::has_begun() {
            // SAFETY: as the caller promises.
            return there(unsafe { region::realloc(memory, size) }.cast());
        }
        if is_plain(layout) && is_plain(wanted) && !is_old && !region::has_begun() {
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
        // SAFETY: as the caller promises; what is not from the region is from the C library.
        unsafe {
            if region::contains(memory) {
                region::free(memory);
            } else {
                libc::free(memory.cast());
            }
        }
    }
}

fn there(memory: *mut libc::c_void) -> *mut u8 {
    if memory.is_null() {
        fatal::exit_at_once(b"runits: fatal: out of memory\n");
    }
    memory.cast()
}
