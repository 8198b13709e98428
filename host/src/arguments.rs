//! The command line and the environment as the process was given them, and their memory.
//!
//! The kernel lays the words of the command line, then the entries of the environment, end to end; `ps`
//! reads that memory. posix.setTitle and posix.writeArgument write over it, and before they do, all of it is
//! copied, so that posix.argv and posix.environ keep telling what the process was started with.

use alloc::borrow::ToOwned;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};
use core::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    /// C's environment; the entries' strings are where the kernel put them until [`preserve`] moves it.
    static mut environ: *mut *mut c_char;
}

struct Arguments {
    argc: Cell<usize>,
    argv: Cell<*mut *mut c_char>,
    preserved: OnceCell<Preserved>,
}

struct Preserved {
    argv: Vec<CString>,
    title: Option<TitleArea>,
}

// SAFETY: the process has one thread, always.
unsafe impl Sync for Arguments {}

static ARGUMENTS: Arguments = Arguments {
    argc: Cell::new(0),
    argv: Cell::new(core::ptr::null_mut()),
    preserved: OnceCell::new(),
};

/// Remembers what main was called with.
///
/// # Safety
/// `argv` is main's: `argc` strings that live as long as the process.
pub unsafe fn record(argc: c_int, argv: *mut *mut c_char) {
    ARGUMENTS.argc.set(usize::try_from(argc).unwrap_or(0));
    ARGUMENTS.argv.set(argv);
}

/// The command line, from the program's name on.
pub fn words() -> Vec<&'static CStr> {
    match ARGUMENTS.preserved.get() {
        Some(copy) => copy.argv.iter().map(CString::as_c_str).collect(),
        None => strings(ARGUMENTS.argv.get(), ARGUMENTS.argc.get()).collect(),
    }
}

/// The path that execve was given for this program, as getauxval(3) gives it for AT_EXECFN; `None` if the
/// system has no such thing, which is everywhere but on Linux.
pub fn executed() -> Option<&'static CStr> {
    #[cfg(target_os = "linux")]
    // SAFETY: the kernel's string lies above the environment, lives as long as the process, and is never written to.
    return unsafe {
        let address = libc::getauxval(libc::AT_EXECFN) as *const c_char;
        (!address.is_null()).then(|| CStr::from_ptr(address))
    };
    #[cfg(not(target_os = "linux"))]
    None
}

/// The entries of the environment, as they were inherited.
pub fn entries() -> impl Iterator<Item = &'static CStr> {
    strings(environment(), usize::MAX)
}

/// C's list of them, which ends with a null pointer.
pub fn environment() -> *mut *mut c_char {
    // SAFETY: read by the one thread there is; nothing here calls setenv.
    unsafe { environ }
}

/// Copies command line and environment, once, and points C's environment at the copy: before the first
/// byte is written over them.
fn preserve() -> &'static Preserved {
    ARGUMENTS.preserved.get_or_init(|| {
        let words = strings(ARGUMENTS.argv.get(), ARGUMENTS.argc.get());
        let copy = Preserved {
            argv: words.map(CStr::to_owned).collect(),
            title: measure_title(),
        };
        let mut pointers: Vec<*mut c_char> =
            entries().map(|entry| entry.to_owned().into_raw()).collect();
        pointers.push(core::ptr::null_mut());
        // SAFETY: one thread; neither the list nor what it points to is ever freed.
        unsafe { environ = pointers.leak().as_mut_ptr() };
        copy
    })
}

/// About where the stack begins: behind command line and environment, which the kernel puts there.
pub fn stack_top() -> usize {
    let strings = |list| strings(list, usize::MAX).map(|string| behind(string).addr());
    let words = strings(ARGUMENTS.argv.get());
    words.chain(strings(environment())).max().unwrap_or(0)
}

/// The memory of one word of the command line: its start and its length
/// without the NUL. It may be written over.
pub fn word_area(index: usize) -> Option<(*mut u8, usize)> {
    let length = preserve().argv.get(index)?.as_bytes().len();
    // SAFETY: as many words were copied as there are in argv.
    let word = unsafe { *ARGUMENTS.argv.get().add(index) };
    Some((word.cast(), length))
}

/// The memory that `ps` shows: from `start`, the command line's up to `words_end`, and the environment's
/// behind it up to `end`.
#[derive(Clone, Copy)]
pub struct TitleArea {
    pub start: *mut u8,
    pub words_end: *mut u8,
    pub end: *mut u8,
}

/// That memory, which may be written over. `None` for a process that was started without any word.
pub fn title_area() -> Option<TitleArea> {
    preserve().title
}

/// What lies end to end is the area.
fn measure_title() -> Option<TitleArea> {
    let mut words = strings(ARGUMENTS.argv.get(), ARGUMENTS.argc.get());
    let first = words.next()?;
    let words_end = run_on(behind(first), words);
    Some(TitleArea {
        start: first.as_ptr().cast_mut().cast(),
        words_end,
        end: run_on(words_end, entries()),
    })
}

/// Follows strings for as long as each begins where the one before it ended.
fn run_on(mut end: *mut u8, strings: impl Iterator<Item = &'static CStr>) -> *mut u8 {
    for string in strings {
        if string.as_ptr().cast::<u8>() != end.cast_const() {
            break;
        }
        end = behind(string);
    }
    end
}

fn behind(string: &CStr) -> *mut u8 {
    let bytes = string.to_bytes_with_nul();
    bytes.as_ptr().cast_mut().wrapping_add(bytes.len())
}

/// The strings of a list that ends with a null pointer or after `most` of them.
fn strings(list: *mut *mut c_char, most: usize) -> impl Iterator<Item = &'static CStr> {
    (0..most)
        .map_while(move |index| {
            if list.is_null() {
                return None;
            }
            // SAFETY: `list` is argv or environ, which end with a null pointer, and no element behind
            // it is looked at.
            let pointer = unsafe { *list.add(index) };
            (!pointer.is_null()).then_some(pointer)
        })
        // SAFETY: each is a string that lives as long as the process.
        .map(|pointer| unsafe { CStr::from_ptr(pointer) })
}
