//! The memory of the executable itself.

use crate::errno::check;
#[cfg(linux_calls)]
use alloc::vec::Vec;
#[cfg(linux_calls)]
use core::ptr;
use rquickjs::{Ctx, Result};

#[cfg(all(linux_calls, target_pointer_width = "32"))]
use libc::Elf32_Phdr as Header;
#[cfg(all(linux_calls, target_pointer_width = "64"))]
use libc::Elf64_Phdr as Header;

/// `madvise(MADV_DONTNEED)` for the segments of the executable that are only read.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// madvise(2); getauxval(3) AT_PHDR; elf(5).
pub fn release(ctx: &Ctx<'_>) -> Result<()> {
    #[cfg(linux_calls)]
    let done = release_segments();
    #[cfg(not(linux_calls))]
    let done = crate::errno::absent();
    check(ctx, "madvise", None, done)?;
    Ok(())
}

/// Returns -1, with the reason in errno, if a call failed.
#[cfg(linux_calls)]
pub fn release_segments() -> libc::c_int {
    let mut done = 0;
    // Collected first: the headers lie in one of the segments, and reading them maps it again.
    for (start, length) in segments().collect::<Vec<_>>() {
        // SAFETY: pages of the file that nobody can have written to: the next access reads them
        // from the file again.
        done = done.min(unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) });
    }
    done
}

/// The loaded segments without write permission: their whole pages.
#[cfg(linux_calls)]
fn segments() -> impl Iterator<Item = (*mut libc::c_void, usize)> {
    // SAFETY: the kernel reports where it has loaded the program headers of this executable, which
    // live as long as the process.
    let headers: &[Header] = unsafe {
        let start = libc::getauxval(libc::AT_PHDR) as *const Header;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        if start.is_null() {
            &[]
        } else {
            core::slice::from_raw_parts(start, count)
        }
    };
    // SAFETY: sysconf passes no memory.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    // The executable may have been loaded at another address than the linker has planned.
    let planned = headers.iter().find(|header| header.p_type == libc::PT_PHDR);
    let moved = planned.map(|header| {
        headers
            .as_ptr()
            .addr()
            .wrapping_sub(header.p_vaddr as usize)
    });
    headers
        .iter()
        .filter(move |header| {
            moved.is_some() && header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W == 0
        })
        .map(move |header| {
            let start = (header.p_vaddr as usize).wrapping_add(moved.unwrap_or(0));
            let first = start & !(page - 1);
            let end = start
                .wrapping_add(header.p_filesz as usize)
                .next_multiple_of(page);
            (ptr::with_exposed_provenance_mut(first), end - first)
        })
}
