//! A child that becomes another program.
//!
//! A fork copies the tables of all pages, and then each page that one of the two writes to: with JavaScript in
//! between, some two hundred for one service. So on Linux the child has this process's memory, and this process
//! stands still until it executes something or ends: JavaScript runs in the child as if it were called here, and
//! what it leaves in the heap is right for both. The directory, signals and limits are the child's own, and so are its
//! descriptors, unless there may be thousands of them to be copied: then it has its parent's until just before the exec.
//!
//! A child that died in the midst of that would leave a heap that nobody can trust. So every signal waits until no
//! JavaScript is under way any more, and after one that cannot wait, SIGKILL, this process ends: whoever looks after it
//! starts it again. From then on the child needs nothing of this process but its `Tail`: if the exec takes long, this
//! process goes on.

mod given;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod in_its_own;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod in_our_memory;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod late;
pub mod raw;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod stack;
mod tail;

use super::exec::Program;
use super::signal;
use crate::errno::{self, check};
use crate::fatal;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use given::Given;
use rquickjs::{Ctx, FromJs, Function, Result, Value};
use tail::Tail;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub use in_its_own::{exec_error, is_pending};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use in_its_own::{leave_behind, start};
#[cfg(any(target_os = "linux", target_os = "android"))]
use in_our_memory::{leave_behind, start};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub use late::{exec_error, is_pending};

/// What the child is given.
struct Child<'js> {
    ctx: Ctx<'js>,
    prepare: Function<'js>,
    failed: Function<'js>,
    given: Given,
    tail: &'static Tail,
}

impl Child<'_> {
    /// Returns the exit code, unless another program has taken over.
    fn run(&mut self) -> c_int {
        let code = self.become_program().unwrap_or_else(|_| {
            self.ctx.catch(); // the memory outlives this process
            fatal::EXIT_FATAL
        });
        self.tail.rest();
        code
    }

    fn become_program(&mut self) -> Result<c_int> {
        let prepared: Value = self.prepare.call(())?;
        if let Some(code) = prepared.as_int() {
            return Ok(code);
        }
        self.tail
            .set_program(Program::from_js(&self.ctx, prepared)?);
        let error = if self.given.place() {
            let is_loose = self.given.close_from.is_none_or(leave_behind);
            self.tail.rest();
            let errno = self.tail.execute(is_loose);
            self.tail.error(&self.ctx, errno)?
        } else {
            errno::error(&self.ctx, "dup2", None, errno::last())?
        };
        self.failed.call((error,))
    }
}

/// Starts a child that becomes what `prepare`, called in it, returns, or ends with the code that this or, after a
/// failed dup2 or exec, `failed` returns; the child's pid. What it becomes starts with `blocked` blocked.
///
/// # Errors
/// Call `fork`: `EAGAIN`, `ENOMEM`.
///
/// # References
/// clone(2), CLONE_VM and CLONE_FILES; fork(2) elsewhere.
pub fn spawn<'js>(
    ctx: &Ctx<'js>,
    blocked: Vec<Int<c_int>>,
    given: Given,
    prepare: Function<'js>,
    failed: Function<'js>,
) -> Result<c_int> {
    let mut child = Child {
        ctx: ctx.clone(),
        prepare,
        failed,
        given,
        tail: Tail::new(signal::set_of(ctx, &blocked)?),
    };
    let before = signal::block_all();
    let pid = start(&mut child);
    let errno = errno::last();
    signal::restore(&before);
    errno::set(errno);
    check(ctx, "fork", None, pid)
}
