//! Signals that arrive while the engine starts.
//!
//! The kernel discards a signal that process 1 neither handles nor blocks. A program that may be
//! process 1 handles its signals only some milliseconds after its exec, so the host blocks them
//! first: they stay pending until the program takes them.

use crate::posix::signal;
use core::ffi::c_int;

/// The programs that take signals; others leave the mask to those that they execute.
const PROGRAMS: [&[u8]; 3] = [b"runit", b"runsv", b"runsvdir"];

/// All that one of them takes. systemd asks a container to stop by the third real-time signal after
/// the first.
fn signals() -> [c_int; 10] {
    [
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGTERM,
        libc::SIGPWR,
        libc::SIGCONT,
        libc::SIGALRM,
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGRTMIN() + 3,
    ]
}

/// Blocks them in process 1.
pub fn block(program: &[u8]) {
    // SAFETY: no memory is passed.
    if unsafe { libc::getpid() } == 1 && PROGRAMS.contains(&program) {
        signal::block_early(&signals());
    }
}
