//! New memory, once that of malloc(3) is frozen (freeze.rs).
//!
//! New blocks must lie outside frozen memory, which malloc(3) would go on using. So they are cut
//! from a region in ascending order, and a freed block is used again for a block of its size. In a
//! forked child the region is frozen as far as it is used, and the child's blocks begin on the next
//! page.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ptr::{copy_nonoverlapping, null_mut};

const PAGE_BYTES: usize = 4096;

/// Address space, of which only used pages take memory.
pub const BYTES: usize = 256 * 1024 * 1024;

/// FreeBSD has no such flag, and reserves nothing.
const NO_RESERVE: core::ffi::c_int = {
    #[cfg(target_os = "linux")]
    let flag = libc::MAP_NORESERVE;
    #[cfg(not(target_os = "linux"))]
    let flag = 0;
    flag
};

/// The step by which the accessible part of the region grows.
const STEP_BYTES: usize = 256 * 1024;

/// Before each block of the region: its size.
const HEADER_BYTES: usize = size_of::<usize>();

/// Blocks of at least this size give their pages back when they are freed.
const LARGE_BYTES: usize = 64 * 1024;

/// Enough for a block of the size of the region.
const CLASSES: usize = 92;

struct Region {
    /// 0 until it begins.
    start: usize,
    end: usize,
    /// The blocks of the image (image.rs): from here, to here. Nobody frees them.
    image: (usize, usize),
    /// The end of the part that the parent of this process has used.
    inherited: usize,
    /// The end of the part that has been cut into blocks.
    used: usize,
    /// The end of the accessible part.
    accessible: usize,
    /// The freed blocks of each size; each begins with the address of the one freed before it.
    free: [*mut u8; CLASSES],
}

struct OfOneThread(UnsafeCell<Region>);

// SAFETY: there is one thread.
unsafe impl Sync for OfOneThread {}

static REGION: OfOneThread = OfOneThread(UnsafeCell::new(Region::new()));

/// # Safety
/// The caller drops the reference before it calls this again.
unsafe fn region() -> &'static mut Region {
    // SAFETY: one thread, and no other reference.
    unsafe { &mut *REGION.0.get() }
}

/// The class of blocks that are large enough, and the size of its blocks: multiples of 16 bytes up
/// to 128, then four sizes to each doubling.
fn class(size: usize) -> (usize, usize) {
    if size <= 128 {
        let units = size.max(1).div_ceil(16);
        return (units - 1, units * 16);
    }
    let doublings = (size - 1).ilog2(); // 2^doublings < size <= 2^(doublings + 1)
    let step = 1 << (doublings - 2);
    let quarter = (size - 1 - (1 << doublings)) / step;
    let class = 8 + (doublings as usize - 7) * 4 + quarter;
    (class, (1 << doublings) + (quarter + 1) * step)
}

/// # Safety
/// A block of the region.
unsafe fn size_of_block(block: *const u8) -> usize {
    // SAFETY: there is a header before each block.
    unsafe { block.sub(HEADER_BYTES).cast::<usize>().read() }
}

impl Region {
    const fn new() -> Self {
        Self {
            start: 0,
            end: 0,
            image: (0, 0),
            inherited: 0,
            used: 0,
            accessible: 0,
            free: [null_mut(); CLASSES],
        }
    }

    /// @returns `false` if there is no room for it
    fn begin(&mut self, bytes: usize, accessible: usize) -> bool {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | NO_RESERVE;
        // SAFETY: a new mapping at any address.
        let start = unsafe { libc::mmap(null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return false;
        }
        self.begin_at(start.addr(), start.addr() + bytes);
        self.accessible = self.start;
        // Without room for that, it grows as usual.
        let _ = accessible == 0 || self.grow(self.start + accessible);
        true
    }

    fn begin_at(&mut self, start: usize, end: usize) {
        self.start = start;
        self.end = end;
        self.used = start;
        self.accessible = end;
    }

    fn leave_to_parent(&mut self) -> Option<(usize, usize)> {
        if self.start == 0 {
            return None;
        }
        self.used = self.used.next_multiple_of(PAGE_BYTES);
        self.inherited = self.used;
        self.free = [null_mut(); CLASSES];
        Some((self.start, self.used))
    }

    fn contains(&self, block: *const u8) -> bool {
        (self.start..self.end).contains(&block.addr()) || self.is_image(block)
    }

    fn is_image(&self, block: *const u8) -> bool {
        (self.image.0..self.image.1).contains(&block.addr())
    }

    /// A block, or null if there is no memory.
    fn take(&mut self, wanted: usize) -> *mut u8 {
        if wanted > BYTES / 2 || self.start == 0 {
            return null_mut();
        }
        let (class, size) = class(wanted);
        let freed = self.free[class];
        if !freed.is_null() {
            // SAFETY: a freed block begins with an address.
            self.free[class] = unsafe { freed.cast::<*mut u8>().read() };
            return freed;
        }
        let end = self.used + HEADER_BYTES + size;
        if end > self.accessible && !self.grow(end) {
            return null_mut();
        }
        let header = self.used as *mut usize;
        self.used = end;
        // SAFETY: in the accessible part of the region, aligned, and in no other block.
        unsafe {
            header.write(size);
            header.add(1).cast()
        }
    }

    fn take_zeroed(&mut self, size: usize) -> *mut u8 {
        let block = self.take(size);
        if !block.is_null() {
            // SAFETY: the block has so many bytes.
            unsafe { block.write_bytes(0, size) };
        }
        block
    }

    /// # Safety
    /// A block of the region; only the returned one is used from now on.
    unsafe fn resize(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises; both blocks have as many bytes as are copied.
        unsafe {
            let had = size_of_block(block);
            if size <= had && size > had / 2 {
                return block;
            }
            let moved = self.take(size);
            if !moved.is_null() {
                copy_nonoverlapping(block, moved, had.min(size));
                self.give_back(block);
            }
            moved
        }
    }

    /// Makes the region accessible up to `end` at least: a step further, or just as far if a limit
    /// on data is near. @returns whether there is memory
    fn grow(&mut self, end: usize) -> bool {
        [STEP_BYTES, PAGE_BYTES].iter().any(|&step| {
            let end = (end - self.start).next_multiple_of(step) + self.start;
            let more = self.accessible as *mut c_void;
            let access = libc::PROT_READ | libc::PROT_WRITE;
            // SAFETY: a part of the region in which there are no blocks.
            let is_there = end <= self.end
                && unsafe { libc::mprotect(more, end - self.accessible, access) } == 0;
            if is_there {
                self.accessible = end;
            }
            is_there
        })
    }

    fn reserve(&mut self, bytes: usize) -> bool {
        let end = self.used + bytes;
        end <= self.accessible || self.grow(end)
    }

    /// # Safety
    /// A block of the region that nobody uses any more.
    unsafe fn give_back(&mut self, block: *mut u8) {
        if block.addr() < self.inherited || self.is_image(block) {
            return; // not to be written to
        }
        // SAFETY: the block has at least 16 bytes, and whole pages of it may be emptied.
        unsafe {
            let size = size_of_block(block);
            if size >= LARGE_BYTES {
                let first = (block.addr() + size_of::<usize>()).next_multiple_of(PAGE_BYTES);
                let end = (block.addr() + size) / PAGE_BYTES * PAGE_BYTES;
                libc::madvise(first as *mut c_void, end - first, libc::MADV_DONTNEED);
            }
            let first = &mut self.free[class(size).0];
            block.cast::<*mut u8>().write(*first);
            *first = block;
        }
    }
}

/// Begins a region of `bytes`, of which so many are accessible from the start.
///
/// @returns `false` if there is no room for it
pub fn begin(bytes: usize, accessible: usize) -> bool {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.begin(bytes, accessible)
}

/// Makes room for blocks of so many bytes in all. @returns whether there is memory
pub fn reserve(bytes: usize) -> bool {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.reserve(bytes)
}

/// Begins the region in memory that is accessible.
pub fn begin_at(start: usize, end: usize) {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.begin_at(start, end);
}

/// The end of the pages with blocks.
pub fn end_of_pages() -> usize {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.used.next_multiple_of(PAGE_BYTES)
}

/// Keeps the blocks in this memory, which another process has made in its region.
pub fn keep_image(start: usize, end: usize) {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.image = (start, end);
}

/// Whether there are such blocks.
pub fn has_image() -> bool {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.image.1 != 0
}

/// In a forked child: from now on all new blocks come from new pages of the region.
///
/// @returns the part of the region that the parent has used; `None` if there is no region
pub fn leave_to_parent() -> Option<(usize, usize)> {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.leave_to_parent()
}

/// Whether new blocks are to come from the region.
pub fn has_begun() -> bool {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.start != 0
}

/// Whether it is a block of the region or of the image.
pub fn contains(block: *const u8) -> bool {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.contains(block)
}

/// A new block, aligned to a `usize`; null if there is no memory.
pub fn alloc(size: usize) -> *mut u8 {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.take(size)
}

/// Like [`alloc`], filled with zeros.
pub fn alloc_zeroed(size: usize) -> *mut u8 {
    // SAFETY: the reference is dropped at the end.
    unsafe { region() }.take_zeroed(size)
}

/// # Safety
/// A block of the region that nobody uses any more.
pub unsafe fn free(block: *mut u8) {
    // SAFETY: as the caller promises; the reference is dropped at the end.
    unsafe { region().give_back(block) }
}

/// The block with its new size, or null, and then the block stays as it is.
///
/// # Safety
/// A block of the region; only the returned one is used from now on.
pub unsafe fn realloc(block: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: as the caller promises; the reference is dropped at the end.
    unsafe { region().resize(block, size) }
}

/// # Safety
/// A block of the region.
pub unsafe fn usable_size(block: *const u8) -> usize {
    // SAFETY: as the caller promises.
    unsafe { size_of_block(block) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_room_and_wastes_at_most_a_quarter() {
        let mut last = (0, 0);
        for size in (1..5_000).chain((5_000..BYTES / 2).step_by(4_999)) {
            let (number, bytes) = class(size);
            assert!(bytes >= size && number < CLASSES, "{size}");
            assert!(bytes <= 128 || bytes * 4 <= size * 5 + 4, "{size}: {bytes}");
            assert_eq!(class(bytes), (number, bytes));
            assert!(number == last.0 || bytes > last.1, "{size}");
            last = (number, bytes);
        }
    }

    /// Its own region: the process's would serve the allocations of the other tests' threads too.
    #[test]
    fn a_region_holds_new_blocks_and_leaves_the_old_ones() {
        let mut region = Region::new();
        // SAFETY: blocks are used until they are freed.
        unsafe {
            assert!(!region.contains(null_mut()) && region.begin(BYTES, 0));
            assert!(region.reserve(1_000_000) && !region.reserve(2 * BYTES));
            let [a, b] = [region.take(100), region.take_zeroed(100)];
            assert!(region.contains(a) && region.contains(b));
            assert!(!region.contains((&raw const REGION).cast()));
            assert_eq!([b.read(), b.add(99).read()], [0, 0]);
            a.write_bytes(2, 100);
            b.write_bytes(3, 100);
            assert_eq!(region.resize(a, 112), a);
            let longer = region.resize(a, 1_000_000);
            assert_eq!([longer.read(), longer.add(99).read()], [2, 2]);
            longer.write_bytes(4, 1_000_000);
            assert_eq!([b.read(), b.add(99).read()], [3, 3]);
            assert_eq!(region.take_zeroed(101), a); // the block that was freed
            region.give_back(longer);
            assert_eq!(region.take(1_000_000), longer);
            assert_eq!(longer.add(500_000).read(), 0); // its pages were given back
            assert!(region.take(BYTES).is_null());
            assert!(region.take_zeroed(usize::MAX).is_null());
            region.give_back(b);
            a.write_bytes(5, 100);
            let (start, end) = region.leave_to_parent().expect("a region");
            assert!((start..end).contains(&b.addr()) && end.is_multiple_of(PAGE_BYTES));
            assert_eq!(region.take(100).addr(), end + HEADER_BYTES);
            region.give_back(a);
            assert_ne!(region.take(100), a);
            assert_eq!([a.read(), a.add(99).read()], [5, 5]);

            let mut image = [1_usize, 16, 7, 7];
            let kept = image.as_mut_ptr().add(2).cast::<u8>();
            assert!(!region.contains(kept));
            region.image = (image.as_ptr().addr(), image.as_ptr_range().end.addr());
            assert!(region.contains(kept));
            assert_eq!(size_of_block(kept), 16);
            region.give_back(kept);
            assert_eq!(image, [1, 16, 7, 7]);
        }
    }
}
