//! Messages of the host itself, for when there is no program to write them: `TOOL: fatal: ...`.

/// What runit's tools exit with when they cannot go on.
const EXIT_FATAL: libc::c_int = 111;

/// Writes `MESSAGE` as it is, and ends the process with 111, without a look at the heap.
pub fn exit_at_once(message: &'static [u8]) -> ! {
    // SAFETY: as in `exit`.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len());
        libc::_exit(EXIT_FATAL)
    }
}

/// Writes `TOOL: fatal: MESSAGE` to standard error and ends the process with 111.
pub fn exit(tool: &[u8], message: &[u8]) -> ! {
    let text = [tool, b": fatal: ", message, b"\n"].concat();
    // SAFETY: the buffer lives through the call; nobody is left to tell of a failed write. _exit ends
    // the process without running anything.
    unsafe {
        libc::write(2, text.as_ptr().cast(), text.len());
        libc::_exit(EXIT_FATAL)
    }
}
