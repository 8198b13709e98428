//! Messages of the host itself, before a program runs that could write them: `TOOL: fatal: ...`.

use core::fmt;

#[cfg(linux_calls)]
use crate::last_resort;

/// The exit code of runit's tools when they cannot continue.
pub const EXIT_FATAL: libc::c_int = 111;

/// Writes `TOOL: fatal: MESSAGE` to standard error and ends the process with 111.
pub fn exit(tool: &[u8], message: &[u8]) -> ! {
    exit_at_once(&[tool, b": fatal: ", message, b"\n"].concat())
}

/// Like [`exit`], with a whole line, and without the heap.
pub fn exit_at_once(line: &[u8]) -> ! {
    // SAFETY: the buffer lives through the call; there is no way to report a failed write.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
    end(EXIT_FATAL)
}

/// Ends the process without running anything. Every end passes here, because process 1 must not end
/// by a failure; it exits 0 on purpose, if that ends a container.
pub fn end(code: libc::c_int) -> ! {
    #[cfg(linux_calls)]
    if code != 0 {
        last_resort::take_over();
    }
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Writes a line to standard error piece by piece, without the heap, and aborts.
pub fn abort(line: fmt::Arguments<'_>) -> ! {
    let _ = fmt::write(&mut StandardError, line);
    #[cfg(linux_calls)]
    last_resort::take_over();
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

struct StandardError;

impl fmt::Write for StandardError {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the buffer lives through the call; there is no way to report a failed write.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        Ok(())
    }
}
