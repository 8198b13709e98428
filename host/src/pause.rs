//! The program `pause`: waits until TERM or INT arrives, then exits 0.
//!
//! It runs without the engine, because its memory is all that it costs: a machine may have many
//! services that only set something up. With any argument tools/pause/main.ts runs in its place.

use core::ffi::c_int;
use core::mem::MaybeUninit;

/// Its name among the sealed programs.
pub const PROGRAM: &[u8] = b"pause";

/// HUP asks a service to read its configuration again, and would end a process that has none.
const IGNORED: c_int = libc::SIGHUP;
const AWAITED: [c_int; 2] = [libc::SIGTERM, libc::SIGINT];

/// # References
/// sigwait(3); madvise(2).
pub fn run() -> ! {
    let mut set = MaybeUninit::uninit();
    let mut arrived = 0;
    // SAFETY: sigemptyset initialises the set, and sigwait writes to `arrived`; both live on. None
    // of the calls fails with these signals.
    unsafe {
        libc::signal(IGNORED, libc::SIG_IGN);
        libc::sigemptyset(set.as_mut_ptr());
        for signal in AWAITED {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), core::ptr::null_mut());
        #[cfg(linux_calls)]
        crate::posix::executable::release_segments();
        libc::sigwait(set.as_ptr(), &raw mut arrived);
        libc::_exit(0)
    }
}
