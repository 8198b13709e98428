//! Starts a child that executes another program.
//!
//! A fork copies all page tables, and then each page that either process writes to: with JavaScript
//! in between, some two hundred pages for one service. So on Linux the child shares this process's
//! memory, and this process is suspended until the child executes a program or exits: JavaScript
//! runs in the child as if it were called here, and its changes to the heap are right for both. The
//! child has its own directory, signals and limits, and its own descriptors, unless there may be
//! thousands of them to copy: then it shares its parent's until just before the exec.
//!
//! A child that is killed in the middle of that would leave a corrupt heap. So every signal stays
//! blocked until no JavaScript runs any more. After SIGKILL, which cannot be blocked, this process
//! exits, and its supervisor starts it again. From then on the child needs nothing of this process
//! except its `Tail`: if the exec takes long, this process continues.

mod child_fds;
#[cfg(not(linux_calls))]
mod fork_child;
#[cfg(linux_calls)]
mod late;
pub mod raw;
// A parent that does not share its memory has nothing to ask there.
#[cfg_attr(not(linux_calls), allow(dead_code))]
mod tail;
#[cfg(linux_calls)]
mod vfork_child;

use super::exec::Program;
use super::fd::HAS_FAILED_WRITE;
use super::signal;
use crate::errno::{self, check};
use crate::fatal;
use crate::numbers::Int;
use alloc::vec::Vec;
use child_fds::ChildFds;
use core::ffi::c_int;
use core::sync::atomic::Ordering::Relaxed;
use rquickjs::{Ctx, FromJs, Function, Result, Value};
use tail::Tail;

#[cfg(not(linux_calls))]
pub use fork_child::{exec_error, is_pending};
#[cfg(not(linux_calls))]
use fork_child::{start, unshare_from};
#[cfg(linux_calls)]
pub use late::{exec_error, is_pending};
#[cfg(linux_calls)]
use vfork_child::{start, unshare_from};

/// The state that the child is given.
struct Child<'js> {
    ctx: Ctx<'js>,
    prepare: Function<'js>,
    failed: Function<'js>,
    fds: ChildFds,
    tail: &'static Tail,
}

impl Child<'_> {
    /// Returns the exit code, unless an exec has succeeded.
    fn run(&mut self) -> c_int {
        let code = self.become_program().unwrap_or_else(|_| {
            self.ctx.catch(); // the exception must not stay: the memory outlives this process
            fatal::EXIT_FATAL
        });
        self.tail.end_javascript();
        code
    }

    fn become_program(&mut self) -> Result<c_int> {
        let prepared: Value = self.prepare.call(())?;
        if let Some(code) = prepared.as_int() {
            return Ok(code);
        }
        self.tail
            .set_program(Program::from_js(&self.ctx, prepared)?);
        let error = if self.fds.install() {
            let is_unshared = self.fds.close_from.is_none_or(unshare_from);
            self.tail.end_javascript();
            let errno = self.tail.execute(is_unshared);
            self.tail.error(&self.ctx, errno)?
        } else {
            errno::error(&self.ctx, "dup2", None, errno::last())?
        };
        self.failed.call((error,))
    }
}

/// Starts a child, and returns its pid. The child calls `prepare`, and executes the program that it
/// returns, or exits with the code that it returns; after a failed dup2 or exec it exits with the
/// code that `failed` returns. The program starts with the signals `blocked` blocked.
///
/// # Errors
/// Call `fork`: `EAGAIN`, `ENOMEM`.
///
/// # References
/// clone(2), CLONE_VM and CLONE_FILES; fork(2) elsewhere.
pub fn spawn<'js>(
    ctx: &Ctx<'js>,
    blocked: Vec<Int<c_int>>,
    fds: ChildFds,
    prepare: Function<'js>,
    failed: Function<'js>,
) -> Result<c_int> {
    let mut child = Child {
        ctx: ctx.clone(),
        prepare,
        failed,
        fds,
        tail: Tail::new(signal::set_of(ctx, &blocked)?),
    };
    let before = signal::block_all();
    HAS_FAILED_WRITE.store(false, Relaxed); // pending signals of this process are not the child's
    let pid = start(&mut child);
    let errno = errno::last();
    signal::restore(&before);
    errno::set(errno);
    check(ctx, "fork", None, pid)
}
