//! The engine's memory: malloc(3) until that is frozen, then the region.

use crate::region;
use core::ptr::null_mut;
use rquickjs::allocator::Allocator;

pub struct EngineHeap;

// SAFETY: blocks of the region are aligned to a `usize`, and those of the C library to more.
unsafe impl Allocator for EngineHeap {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if region::has_begun() {
            return region::alloc(size);
        }
        // SAFETY: any size is valid.
        unsafe { libc::malloc(size) }.cast()
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        if region::has_begun() {
            return count
                .checked_mul(size)
                .map_or(null_mut(), region::alloc_zeroed);
        }
        // SAFETY: any size is valid.
        unsafe { libc::calloc(count, size) }.cast()
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        // SAFETY: the caller may free the block.
        unsafe {
            if region::contains(block) {
                region::free(block);
            } else {
                libc::free(block.cast());
            }
        }
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the block belongs to the caller.
        unsafe {
            if region::contains(block) {
                return region::realloc(block, size);
            }
            let resized: *mut u8 = libc::realloc(block.cast(), size).cast();
            if !resized.is_null() || !region::has_begun() {
                return resized;
            }
            // A limit may keep the C library from getting memory. The region has some.
            let moved = region::alloc(size);
            if !moved.is_null() {
                let had = libc::malloc_usable_size(block.cast());
                moved.copy_from_nonoverlapping(block, had.min(size));
                libc::free(block.cast());
            }
            moved
        }
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        // SAFETY: the block belongs to the caller.
        unsafe {
            if region::contains(block) {
                region::usable_size(block)
            } else {
                libc::malloc_usable_size(block.cast())
            }
        }
    }
}
