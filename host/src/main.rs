//! `runits-host`: finds the program that was asked for among the sealed ones, and runs it.
//!
//! Entered through C's `main`, so that Rust's own start never runs: it would set SIGPIPE to ignored,
//! open /dev/null on closed descriptors 0 to 2 and install a signal stack, and services inherit the
//! first two.

#![no_main]

use host::{arguments, engine, fatal, seal};
use std::ffi::{c_char, c_int};

/// C's entry point. The exit code is 0 when the program's module has run to its end; programs that
/// mean something else call posix.exit.
///
/// # Safety
/// Only for the C library, with the process's own arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: c_int, argv: *mut *mut c_char) -> c_int {
    // SAFETY: these are main's own arguments, recorded once, before anything else runs.
    unsafe { arguments::record(argc, argv) };
    let words = arguments::words();
    let word = |index: usize| words.get(index).map(|word| word.to_bytes());
    let Some(found) = seal::find(seal::payload(), word(0), word(1)) else {
        fatal::exit(
            b"runits",
            b"no programs in this executable: build it with npm run build",
        );
    };
    arguments::skip(found.words_before);
    engine::run(&found.program)
}
