//! The kernel's record of the memory of this process: Linux allows a process to change it.

use alloc::string::String;
use alloc::{vec, vec::Vec};
use core::cell::Cell;

/// The layout that the kernel has last accepted, for this process and those that it forks: to read
/// it again would take longer than all other steps of setting a title.
struct Accepted(Cell<Option<Layout>>);

// SAFETY: the process has one thread, always.
unsafe impl Sync for Accepted {}

static ACCEPTED: Accepted = Accepted(Cell::new(None));

/// Sets the kernel's end of the command line, so that it shows the words and nothing after them. If
/// the kernel refuses both calls, unused room shows as NULs, which `ps` and `pgrep` leave out.
///
/// # References
/// PR_SET_MM(2const) PR_SET_MM_ARG_END.
pub fn set_end(end: *mut u8) -> bool {
    if let Some(layout) = ACCEPTED.0.get() {
        return set_layout(layout, end).is_some();
    }
    let (option, none) = (libc::PR_SET_MM_ARG_END as libc::c_ulong, 0 as libc::c_ulong);
    // SAFETY: only the kernel's record of the area changes; the address is within the stack's
    // mapping.
    let done = unsafe { libc::prctl(libc::PR_SET_MM, option, end, none, none) == 0 };
    // The call requires CAP_SYS_RESOURCE.
    done || read().is_some_and(|layout| set_layout(layout, end).is_some())
}

/// The kernel's record of a process's memory layout.
///
/// # References
/// struct prctl_mm_map of linux/prctl.h.
#[derive(Clone, Copy)]
#[repr(C)]
struct Layout {
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

/// The layout of this process as the kernel reports it.
///
/// # References
/// proc_pid_stat(5).
fn read() -> Option<Layout> {
    let stat = read_stat()?;
    // The second field is the name in parentheses, which may contain blanks; the third is the first
    // here.
    let fields: Vec<u64> = stat[stat.rfind(')')? + 1..]
        .split_ascii_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    let field = |number: usize| fields.get(number - 3).copied().filter(|&value| value != 0);
    Some(Layout {
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

/// Sets the whole layout, with the values that the kernel has reported, and this end of the command
/// line. It requires no privilege, but a kernel with CONFIG_CHECKPOINT_RESTORE.
///
/// # References
/// PR_SET_MM(2const) PR_SET_MM_MAP.
fn set_layout(layout: Layout, end: *mut u8) -> Option<()> {
    // SAFETY: with 0 it only returns the end of the heap.
    let brk = unsafe { libc::sbrk(0) } as u64;
    let changed = Layout {
        brk,
        arg_end: end as u64,
        ..layout
    };
    let none = 0 as libc::c_ulong;
    let size = size_of::<Layout>();
    let option = libc::PR_SET_MM_MAP as libc::c_ulong;
    // SAFETY: the kernel reads the record, of `size` bytes; except for the end of the command line,
    // its values come from the kernel.
    let done = unsafe { libc::prctl(libc::PR_SET_MM, option, &raw const changed, size, none) };
    (done == 0).then(|| ACCEPTED.0.set(Some(layout)))
}

/// The text of /proc/self/stat, which is shorter than the buffer.
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
