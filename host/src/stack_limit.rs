//! The stack that JavaScript may use in this process before it throws.

use crate::arguments;
use crate::posix::limits;

/// The limit if the limit on the stack has room for it. The engine measures it from `main`'s stack
/// frame, so a forked child has just as much.
pub const STACK_BYTES: usize = 512 * 1024;

/// For the stack frames of the host and of the engine's own functions below the last call of
/// JavaScript.
const NATIVE_BYTES: usize = 32 * 1024;

/// A supervisor that starts a service with ./finish and a log service takes 47 KiB at its deepest.
/// With less it would reach the limit in the middle of a change, and go on with half of it; any
/// other program ends then.
pub const LEAST_FOR_SUPERVISORS: usize = 64 * 1024;

/// The limit, in bytes. The command line and the environment are subtracted from the limit on the
/// stack, because they lie there too.
///
/// # References
/// getrlimit(2) RLIMIT_STACK, execve(2).
pub fn measure() -> usize {
    let limit = limits::get(libc::RLIMIT_STACK).map_or(libc::RLIM_INFINITY, |limit| limit.rlim_cur);
    let here = (&raw const limit).addr();
    let used = arguments::stack_top().saturating_sub(here) + NATIVE_BYTES;
    let all = usize::try_from(limit).unwrap_or(usize::MAX);
    all.saturating_sub(used).clamp(1, STACK_BYTES) // 0 would be no limit
}
