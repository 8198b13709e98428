//! `runits-host`: finds the program that was asked for among the sealed ones, and runs it.
//!
//! Entered through C's `main`, so that Rust's own start never runs: it would set SIGPIPE to ignored,
//! open /dev/null on closed descriptors 0 to 2 and install a signal stack, and services inherit the
//! first two.

#![no_main]
#![no_std]

extern crate alloc;

use alloc::ffi::CString;
use core::ffi::{CStr, c_char, c_int};
use core::panic::PanicInfo;
use host::{arguments, engine, fatal, seal};

// Rust's standard library would ask for them. build/host.ts does so for a static executable, because Rust looks for static
// libraries only in places of its own.
#[cfg(not(all(target_feature = "crt-static", target_env = "gnu")))]
#[link(name = "c")]
#[link(name = "m")]
unsafe extern "C" {}

/// C's entry point. The exit code is 0 when the program's module has run to its end; programs that
/// mean something else call posix.exit.
///
/// # Safety
/// Only for the C library, with the process's own arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: c_int, argv: *mut *mut c_char) -> c_int {
    // SAFETY: these are main's own arguments, recorded once, before anything else runs.
    unsafe { arguments::record(argc, argv) };
    let executed = arguments::executed().map(CStr::to_bytes);
    let first_word = arguments::words().first().map(|word| word.to_bytes());
    let Some(program) = seal::find(seal::payload(), executed, first_word) else {
        fatal::exit(
            b"runits",
            b"no programs in this executable: build it with npm run build",
        );
    };
    if executed.is_some_and(|path| seal::base_name(path) == seal::EXECUTABLE) {
        name_process(program.name);
    }
    engine::run(&program)
}

/// Names the process after the tool that it is: the kernel has named it after the file, which holds them all.
/// A name that cannot be set is done without.
fn name_process(name: &[u8]) {
    #[cfg(target_os = "linux")]
    if let Ok(name) = CString::new(name) {
        // SAFETY: a C string, of which the kernel copies its first 15 bytes.
        unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = name;
}

/// A fault of the host. It ends the process as abort(3) does, after a line for the report.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    fatal::abort(format_args!("runits: fatal: {info}\n"))
}

/// By this Rust's core library, as it comes with the compiler, would unwind. Nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// The same; in a static executable it is the C library's.
#[cfg(not(all(target_feature = "crt-static", target_env = "gnu")))]
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}
