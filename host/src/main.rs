//! `runits-host`: finds the requested program among the sealed ones, and runs it.
//!
//! The entry point is C's `main`, so that Rust's own startup code never runs: it would set SIGPIPE
//! to ignored, open /dev/null on closed descriptors 0 to 2 and install a signal stack, and services
//! inherit the first two.

#![no_main]
#![no_std]

extern crate alloc;

use core::ffi::{CStr, c_char, c_int};
use core::panic::PanicInfo;
use host::{arguments, engine, fatal, pause, seal};
#[cfg(linux_calls)]
use host::{early_signals, last_resort};

// Rust's standard library would link these. build/host.ts does so for a static executable, because
// Rust searches for static libraries only in its own directories. musl has all of libm in libc.
#[cfg(not(all(target_feature = "crt-static", target_env = "gnu")))]
#[link(name = "c")]
#[cfg_attr(not(target_env = "musl"), link(name = "m"))]
unsafe extern "C" {}

/// C's entry point. The exit code is 0 after the end of the program's module; programs that need
/// another code call posix.exit.
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
    if program.name == pause::PROGRAM && arguments::words().len() == 1 {
        pause::run();
    }
    #[cfg(linux_calls)]
    {
        early_signals::block(program.name);
        if program.name == last_resort::PROGRAM {
            last_resort::arm();
        }
    }
    engine::run(&program)
}

/// Sets the process name to the name of the tool: the kernel has set it to the name of the file,
/// which holds all tools. A failure is ignored.
fn name_process(name: &[u8]) {
    #[cfg(linux_calls)]
    if let Ok(name) = alloc::ffi::CString::new(name) {
        // SAFETY: a C string; the kernel copies its first 15 bytes.
        unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
    }
    #[cfg(not(linux_calls))]
    let _ = name;
}

/// Reports a bug in the host in one line, and ends the process as abort(3) does.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    fatal::abort(format_args!("runits: fatal: {info}\n"))
}

/// The compiler's core library refers to this function, as it was built to unwind. Nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Likewise; in a static executable the C library has it.
#[cfg(not(all(target_feature = "crt-static", target_env = "gnu")))]
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}
