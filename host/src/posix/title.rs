//! The title that `ps` shows for this process.
//!
//! On Linux `/proc/PID/cmdline` is the memory in which the kernel put the command line, up to an
//! end that it remembers. If the byte before that end is not NUL, the kernel assumes that a text
//! was written over the whole, and reads on to the first NUL, into the environment, which follows
//! (proc(5)). So a title may be as long as the command line and the environment together.

use crate::arguments;
use crate::bytes::{Name, uint8_array_memory};
use crate::errno::check;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, Exception, Result, Value};

/// Writes the words over the memory of the command line.
///
/// # References
/// proc(5) /proc/PID/cmdline; prctl(2) PR_SET_MM. The BSDs have setproctitle(3).
#[cfg(not(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
pub fn set_title(_: &Ctx<'_>, words: Vec<Name>) -> Result<()> {
    area::write(&words);
    Ok(())
}

/// `setproctitle("-%s", title)`; the dash omits the program's name.
///
/// # References
/// setproctitle(3).
#[cfg(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
))]
pub fn set_title(_: &Ctx<'_>, words: Vec<Name>) -> Result<()> {
    let words: Vec<&[u8]> = words
        .iter()
        .map(|word| word.as_c_str().to_bytes())
        .collect();
    let mut title = words.join(&b' ');
    title.push(0);
    // SAFETY: the format takes one C string, which lives through the call and is copied.
    unsafe { libc::setproctitle(c"-%s".as_ptr(), title.as_ptr()) };
    Ok(())
}

#[cfg(not(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
mod area {
    use super::*;
    use crate::arguments::TitleArea;
    #[cfg(linux_calls)]
    use alloc::{string::String, vec};
    use core::cell::Cell;

    /// The effect of the previous titles on the area.
    #[derive(Clone, Copy)]
    struct Written {
        area: TitleArea,
        /// The end of the command line, as the kernel knows it.
        told_end: *mut u8,
        /// The end of the memory that may hold something other than the environment.
        used_end: *mut u8,
    }

    struct Titles(Cell<Option<Written>>);

    // SAFETY: the process has one thread, always.
    unsafe impl Sync for Titles {}

    static TITLES: Titles = Titles(Cell::new(None));

    /// The layout that the kernel has last accepted, for this process and those that it forks: to
    /// read it again would take longer than all other steps of setting a title.
    #[cfg(linux_calls)]
    struct Layout(Cell<Option<MemoryMap>>);

    #[cfg(linux_calls)]
    // SAFETY: the process has one thread, always.
    unsafe impl Sync for Layout {}

    #[cfg(linux_calls)]
    static LAYOUT: Layout = Layout(Cell::new(None));

    pub fn write(words: &[Name]) {
        let untouched = |area: TitleArea| Written {
            area,
            told_end: area.words_end,
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
        if tell_end(end) {
            written.told_end = end;
        } else if end > written.told_end {
            // The kernel reads beyond the end only for one text without a NUL.
            // SAFETY: within the title, which has at least its last NUL.
            let text = unsafe { core::slice::from_raw_parts_mut(start, title.len() - 1) };
            text.iter_mut()
                .filter(|byte| **byte == 0)
                .for_each(|byte| *byte = b' ');
        }
        TITLES.0.set(Some(written));
    }

    /// Sets the kernel's end of the command line, so that it shows the words and nothing after
    /// them. If the kernel refuses both calls, unused room shows as NULs, which `ps` and `pgrep`
    /// leave out.
    #[cfg(linux_calls)]
    fn tell_end(end: *mut u8) -> bool {
        if let Some(layout) = LAYOUT.0.get() {
            return tell_map(layout, end).is_some();
        }
        let (option, none) = (libc::PR_SET_MM_ARG_END as libc::c_ulong, 0 as libc::c_ulong);
        // SAFETY: only the kernel's record of the area changes; the address is within the stack's
        // mapping.
        let done = unsafe { libc::prctl(libc::PR_SET_MM, option, end, none, none) == 0 };
        // The call requires CAP_SYS_RESOURCE.
        done || read_layout().is_some_and(|layout| tell_map(layout, end).is_some())
    }

    /// The kernel's record of a process's memory layout.
    ///
    /// # References
    /// struct prctl_mm_map of linux/prctl.h.
    #[cfg(linux_calls)]
    #[derive(Clone, Copy)]
    #[repr(C)]
    struct MemoryMap {
        start_code: u64,
        end_code: u64,
        start_data: u64,
        end_data: u64,
        start_brk: u64,
        brk: u64,
        start_stack: u64,
        arg_start: u64,
        arg_end: u64,
        env_start: u64,
        env_end: u64,
        auxv: *mut u64,
        auxv_size: u32,
        exe_fd: u32,
    }

    /// The map of this process as the kernel reports it.
    ///
    /// # References
    /// proc_pid_stat(5).
    #[cfg(linux_calls)]
    fn read_layout() -> Option<MemoryMap> {
        let stat = read_stat()?;
        // The second field is the name in parentheses, which may contain blanks; the third is the
        // first here.
        let fields: Vec<u64> = stat[stat.rfind(')')? + 1..]
            .split_ascii_whitespace()
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        let field = |number: usize| fields.get(number - 3).copied().filter(|&value| value != 0);
        Some(MemoryMap {
            start_code: field(26)?,
            end_code: field(27)?,
            start_data: field(45)?,
            end_data: field(46)?,
            start_brk: field(47)?,
            brk: 0,
            start_stack: field(28)?,
            arg_start: field(48)?,
            arg_end: 0,
            env_start: field(50)?,
            env_end: field(51)?,
            auxv: core::ptr::null_mut(),
            auxv_size: 0,
            exe_fd: u32::MAX, // the executable stays as it is
        })
    }

    /// The same without privileges: sets the whole map of the process, with the values that the
    /// kernel has reported. It requires a kernel with CONFIG_CHECKPOINT_RESTORE.
    ///
    /// # References
    /// PR_SET_MM(2const) PR_SET_MM_MAP.
    #[cfg(linux_calls)]
    fn tell_map(layout: MemoryMap, end: *mut u8) -> Option<()> {
        // SAFETY: with 0 it only returns the end of the heap.
        let brk = unsafe { libc::sbrk(0) } as u64;
        let map = MemoryMap {
            brk,
            arg_end: end as u64,
            ..layout
        };
        let none = 0 as libc::c_ulong;
        let size = size_of::<MemoryMap>();
        let option = libc::PR_SET_MM_MAP as libc::c_ulong;
        // SAFETY: the kernel reads the map, of `size` bytes; except for the end of the command
        // line, its values come from the kernel.
        let done = unsafe { libc::prctl(libc::PR_SET_MM, option, &raw const map, size, none) };
        (done == 0).then(|| LAYOUT.0.set(Some(layout)))
    }

    /// The text of /proc/self/stat, which is shorter than the buffer.
    #[cfg(linux_calls)]
    fn read_stat() -> Option<String> {
        let mut text = vec![0; 2048];
        // SAFETY: a C string, and room for the requested number of bytes; no one else has the
        // descriptor.
        let count = unsafe {
            let fd = libc::open(
                c"/proc/self/stat".as_ptr(),
                libc::O_RDONLY | libc::O_CLOEXEC,
            );
            let count = libc::read(fd, text.as_mut_ptr().cast(), text.len());
            libc::close(fd);
            usize::try_from(count).ok()?
        };
        text.truncate(count);
        String::from_utf8(text).ok()
    }

    #[cfg(not(linux_calls))]
    fn tell_end(_end: *mut u8) -> bool {
        false
    }
}

/// `prctl(PR_SET_NAME, name)`.
///
/// # References
/// prctl(2) PR_SET_NAME; elsewhere pthread_setname_np(3).
pub fn set_name(ctx: &Ctx<'_>, name: Name) -> Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: a C string; the kernel copies its first 15 bytes.
    let done = unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
    #[cfg(target_vendor = "apple")]
    // SAFETY: a C string, which is copied.
    let done = unsafe { failed(libc::pthread_setname_np(name.as_ptr())) };
    #[cfg(any(target_os = "freebsd", target_os = "dragonfly", target_os = "openbsd"))]
    // SAFETY: a C string, which is copied; the thread is this one.
    let done = unsafe {
        libc::pthread_set_name_np(libc::pthread_self(), name.as_ptr());
        0
    };
    #[cfg(target_os = "netbsd")]
    // SAFETY: C strings, which are copied; the thread is this one.
    let done = unsafe {
        let argument: *const libc::c_void = name.as_ptr().cast();
        failed(libc::pthread_setname_np(
            libc::pthread_self(),
            c"%s".as_ptr(),
            argument,
        ))
    };
    check::<c_int>(ctx, "setname", None, done).map(drop)
}

/// Returns -1 and sets errno, for a call that returns its error number.
#[cfg(any(target_vendor = "apple", target_os = "netbsd"))]
fn failed(error: c_int) -> c_int {
    if error == 0 {
        return 0;
    }
    crate::errno::set(error);
    -1
}

/// Overwrites the memory of one word of the command line, up to its length.
///
/// # Errors
/// `RangeError`: there is no such word.
///
/// # References
/// proc(5) /proc/PID/cmdline.
pub fn write_argument(ctx: &Ctx<'_>, index: Int<u32>, bytes: Value<'_>) -> Result<()> {
    let (memory, length) = uint8_array_memory(ctx, &bytes)?;
    let Some((word, room)) = arguments::word_area(index.0 as usize) else {
        return Err(Exception::throw_range(
            ctx,
            "the command line has no such word",
        ));
    };
    // SAFETY: the word's own memory, preserved before, and no more than its length; the array's
    // memory stays in place, because no JavaScript runs. The two cannot overlap.
    unsafe { word.copy_from_nonoverlapping(memory, length.min(room)) };
    Ok(())
}
