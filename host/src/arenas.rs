//! The engine's memory: malloc(3), except that each of its arenas is a page.
//!
//! The engine allocates its objects in arenas of up to 4 KiB, each for objects of one size. A
//! forked child gets a copy of each page that it writes to, and it writes to the header and to the
//! blocks of an arena. With malloc(3), most arenas would span two pages, and a forked supervisor
//! would have more private memory.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ops::RangeInclusive;
use core::ptr::{copy_nonoverlapping, null_mut};
use rquickjs::allocator::Allocator;

const PAGE_BYTES: usize = 4096;

/// An arena has as many blocks, of at most 512 bytes, as fit into 4 KiB.
///
/// # References
/// QuickJS-NG, `arena_new` in quickjs.c.
const ARENA_BYTES: RangeInclusive<usize> = PAGE_BYTES - 512..=PAGE_BYTES;

/// Pages come from malloc(3) in slabs of this size, each followed by the address of the slab before
/// it. Before a slab malloc leaves a gap of up to a page.
const SLAB_BYTES: usize = 8 * PAGE_BYTES;

pub struct Arenas;

struct Pages {
    slab: *mut u8,
    /// Bytes of that slab in use.
    used: usize,
    /// The page that was freed last; it begins with the address of the page freed before it.
    free: *mut u8,
}

struct OfOneThread(UnsafeCell<Pages>);

// SAFETY: there is one thread.
unsafe impl Sync for OfOneThread {}

static PAGES: OfOneThread = OfOneThread(UnsafeCell::new(Pages {
    slab: null_mut(),
    used: SLAB_BYTES,
    free: null_mut(),
}));

/// # Safety
/// The caller drops the reference before it calls this again.
unsafe fn pages() -> &'static mut Pages {
    // SAFETY: one thread, and no other reference.
    unsafe { &mut *PAGES.0.get() }
}

impl Pages {
    /// A page, or null if there is no memory.
    fn take(&mut self) -> *mut u8 {
        let page = self.free;
        if !page.is_null() {
            // SAFETY: a free page begins with an address.
            self.free = unsafe { page.cast::<*mut u8>().read() };
            return page;
        }
        if self.used == SLAB_BYTES && !self.add_slab() {
            return null_mut();
        }
        // SAFETY: within the slab.
        let page = unsafe { self.slab.add(self.used) };
        self.used += PAGE_BYTES;
        page
    }

    /// Adds a slab; `false` if there is no memory for it.
    fn add_slab(&mut self) -> bool {
        let mut slab: *mut c_void = null_mut();
        let size = SLAB_BYTES + size_of::<*mut u8>();
        // SAFETY: a power of two, and room for the address, which stays null if there is no memory.
        unsafe { libc::posix_memalign(&raw mut slab, PAGE_BYTES, size) };
        if slab.is_null() {
            return false;
        }
        let slab: *mut u8 = slab.cast();
        // SAFETY: behind the pages there is room for an address.
        unsafe { slab.add(SLAB_BYTES).cast::<*mut u8>().write(self.slab) };
        self.slab = slab;
        self.used = 0;
        true
    }

    fn give_back(&mut self, page: *mut u8) {
        // SAFETY: nobody uses the page any more.
        unsafe { page.cast::<*mut u8>().write(self.free) };
        self.free = page;
    }

    fn contain(&self, memory: *mut u8) -> bool {
        if !memory.addr().is_multiple_of(PAGE_BYTES) {
            return false;
        }
        let mut slab = self.slab;
        while !slab.is_null() {
            if (slab.addr()..slab.addr() + SLAB_BYTES).contains(&memory.addr()) {
                return true;
            }
            // SAFETY: behind the pages of a slab there is the address of the slab before it.
            slab = unsafe { slab.add(SLAB_BYTES).cast::<*mut u8>().read() };
        }
        false
    }
}

// SAFETY: pages of 4 KiB for requests that fit into one; the rest comes from the C library, which
// aligns it to more than a `usize`.
unsafe impl Allocator for Arenas {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if ARENA_BYTES.contains(&size) {
            // SAFETY: the reference is dropped after this call.
            return unsafe { pages() }.take();
        }
        // SAFETY: any size is valid.
        unsafe { libc::malloc(size) }.cast()
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: any size is valid.
        unsafe { libc::calloc(count, size) }.cast()
    }

    unsafe fn dealloc(&mut self, memory: *mut u8) {
        // SAFETY: the reference is dropped after these calls; the caller may free the memory.
        unsafe {
            let pages = pages();
            if pages.contain(memory) {
                pages.give_back(memory);
            } else {
                libc::free(memory.cast());
            }
        }
    }

    unsafe fn realloc(&mut self, memory: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the memory belongs to the caller; a page has PAGE_BYTES bytes.
        unsafe {
            if !pages().contain(memory) {
                return libc::realloc(memory.cast(), size).cast();
            }
            let larger = libc::malloc(size).cast::<u8>();
            if !larger.is_null() {
                copy_nonoverlapping(memory, larger, size.min(PAGE_BYTES));
                pages().give_back(memory);
            }
            larger
        }
    }

    unsafe fn usable_size(memory: *mut u8) -> usize {
        // SAFETY: the memory belongs to the caller.
        unsafe {
            if pages().contain(memory) {
                PAGE_BYTES
            } else {
                libc::malloc_usable_size(memory.cast())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = PAGE_BYTES - 24;

    #[test]
    fn an_arena_is_a_page_and_grows_like_other_memory() {
        // SAFETY: no other test uses pages, and memory is used only until it is freed.
        unsafe {
            let arenas: Vec<*mut u8> = (0..20).map(|_| Arenas.alloc(SIZE)).collect();
            assert!(
                arenas
                    .iter()
                    .all(|arena| arena.addr().is_multiple_of(PAGE_BYTES))
            );
            for (arena, number) in arenas.iter().zip(0..) {
                arena.write_bytes(number, PAGE_BYTES);
            }
            assert_eq!(Arenas::usable_size(arenas[9]), PAGE_BYTES);
            let larger = Arenas.realloc(arenas[9], 3 * PAGE_BYTES);
            let bytes = std::slice::from_raw_parts(larger, PAGE_BYTES);
            assert!(bytes.iter().all(|&byte| byte == 9));
            assert!(Arenas::usable_size(larger) >= 3 * PAGE_BYTES);
            assert_eq!(Arenas.alloc(SIZE), arenas[9]);
            Arenas.dealloc(larger);
            for arena in arenas {
                Arenas.dealloc(arena);
            }
        }
    }
}
