//! The command line and the environment that the process was started with, and their memory.
//!
//! The kernel lays out the words of the command line, then the entries of the environment, without
//! gaps; `ps` reads that memory. posix.setTitle and posix.writeArgument overwrite it. Before they
//! do, all of it is copied, so that posix.argv and posix.environ keep returning the original
//! values.

use alloc::borrow::ToOwned;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};
use core::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    /// C's environment; the kernel placed the strings of its entries, until [`preserve`] moves
    /// them.
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

/// Records the arguments of main.
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

/// The path that was passed to execve for this program, from getauxval(3) AT_EXECFN; `None` on
/// systems other than Linux, which do not have it.
pub fn executed() -> Option<&'static CStr> {
    #[cfg(linux_calls)]
    // SAFETY: the kernel's string lies above the environment, lives as long as the process, and is
    // never overwritten.
    return unsafe {
        let address = libc::getauxval(libc::AT_EXECFN) as *const c_char;
        (!address.is_null()).then(|| CStr::from_ptr(address))
    };
    #[cfg(not(linux_calls))]
    None
}

/// The entries of the environment as inherited.
pub fn entries() -> impl Iterator<Item = &'static CStr> {
    strings(environment(), usize::MAX)
}

/// C's list of these entries, which ends with a null pointer.
pub fn environment() -> *mut *mut c_char {
    // SAFETY: only one thread reads it; nothing here calls setenv.
    unsafe { environ }
}

/// Copies the command line and the environment, once, and points C's environment at the copy. Must
/// run before the first byte of them is overwritten.
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
        // SAFETY: one thread; neither the list nor its strings are ever freed.
        unsafe { environ = pointers.leak().as_mut_ptr() };
        copy
    })
}

/// The approximate start of the stack: above the command line and the environment, which the kernel
/// puts there.
pub fn stack_top() -> usize {
    let strings = |list| strings(list, usize::MAX).map(|string| behind(string).addr());
    let words = strings(ARGUMENTS.argv.get());
    words.chain(strings(environment())).max().unwrap_or(0)
}

/// The memory of one word of the command line: its start and its length without the NUL. It may be
/// overwritten.
pub fn word_area(index: usize) -> Option<(*mut u8, usize)> {
    let length = preserve().argv.get(index)?.as_bytes().len();
    // SAFETY: argv has as many words as were copied.
    let word = unsafe { *ARGUMENTS.argv.get().add(index) };
    Some((word.cast(), length))
}

/// The memory that `ps` shows: the command line from `start` to `words_end`, and the environment
/// from there to `end`.
#[derive(Clone, Copy)]
pub struct TitleArea {
    pub start: *mut u8,
    pub words_end: *mut u8,
    pub end: *mut u8,
}

/// That memory, which may be overwritten. `None` for a process that was started without any word.
pub fn title_area() -> Option<TitleArea> {
    preserve().title
}

/// The area covers all strings that follow each other without a gap.
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

/// Follows strings as long as each begins where the previous one ended.
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
            // SAFETY: `list` is argv or environ, which end with a null pointer, and no element
            // after it is read.
            let pointer = unsafe { *list.add(index) };
            (!pointer.is_null()).then_some(pointer)
        })
        // SAFETY: each is a string that lives as long as the process.
        .map(|pointer| unsafe { CStr::from_ptr(pointer) })
}
