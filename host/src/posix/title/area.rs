//! Writes a title over the memory of the command line.
//!
//! On Linux `/proc/PID/cmdline` is the memory in which the kernel put the command line, up to an
//! end that it remembers. If the byte before that end is not NUL, the kernel assumes that a text
//! was written over the whole, and reads on to the first NUL, into the environment, which follows
//! (proc(5)). So a title may be as long as the command line and the environment together.

#[cfg(linux_calls)]
use super::layout::set_end;
use crate::arguments::{self, TitleArea};
use crate::bytes::Name;
use alloc::vec::Vec;
use core::cell::Cell;

/// The effect of the previous titles on the area.
#[derive(Clone, Copy)]
struct Written {
    area: TitleArea,
    /// The end of the command line, as the kernel knows it.
    kernel_end: *mut u8,
    /// The end of the memory that may hold something other than the environment.
    used_end: *mut u8,
}

struct Titles(Cell<Option<Written>>);

// SAFETY: the process has one thread, always.
unsafe impl Sync for Titles {}

static TITLES: Titles = Titles(Cell::new(None));

/// Writes the words, each with a NUL, over the previous title.
pub fn write(words: &[Name]) {
    let untouched = |area: TitleArea| Written {
        area,
        kernel_end: area.words_end,
        used_end: area.words_end,
    };
    let before = TITLES
        .0
        .get()
        .or_else(|| arguments::title_area().map(untouched));
    let Some(mut written) = before else {
        return; // started without a single word: there is no memory to write to
    };
    let start = written.area.start;
    let mut title: Vec<u8> = words
        .iter()
        .flat_map(|word| word.as_c_str().to_bytes_with_nul())
        .copied()
        .collect();
    title.truncate(written.area.end as usize - start as usize);
    match title.last_mut() {
        Some(last) => *last = 0,
        None => title.push(0), // any area has room for one byte: the NUL of an empty word
    }
    let end = start.wrapping_add(title.len());
    let used = written.used_end as usize - start as usize;
    // SAFETY: all of it is within the area, which is the process's own memory, and which is not
    // read any more once it has been preserved.
    unsafe {
        start.copy_from_nonoverlapping(title.as_ptr(), title.len());
        end.write_bytes(0, used.saturating_sub(title.len()));
    }
    written.used_end = end.max(written.used_end);
    if set_end(end) {
        written.kernel_end = end;
    } else if end > written.kernel_end {
        // The kernel reads beyond the end only for one text without a NUL.
        // SAFETY: within the title, which has at least its last NUL.
        let text = unsafe { core::slice::from_raw_parts_mut(start, title.len() - 1) };
        text.iter_mut()
            .filter(|byte| **byte == 0)
            .for_each(|byte| *byte = b' ');
    }
    TITLES.0.set(Some(written));
}

/// Only Linux has a record of the end.
#[cfg(not(linux_calls))]
fn set_end(_: *mut u8) -> bool {
    false
}
