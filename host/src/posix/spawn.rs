//! A child that becomes another program.
//!
//! A fork copies the tables of all pages, and then each page that one of the two writes to: with JavaScript in
//! between, some two hundred for one service. So on Linux the child has this process's memory, and this process
//! stands still until it executes something or ends: JavaScript runs in the child as if it were called here, and
//! what it leaves in the heap is right for both. Descriptors, the directory, signals and limits are the child's own.

use super::exec::Program;
use crate::errno::{self, check};
use rquickjs::{Ctx, FromJs, Function, Result, Value};
use std::ffi::c_int;

/// The child's, after a fault in what it was to run.
const EXIT_FAULT: c_int = 111;

/// What the child is given, and where it keeps what would otherwise be lost with its stack.
struct Child<'js> {
    ctx: Ctx<'js>,
    prepare: Function<'js>,
    failed: Function<'js>,
    program: Option<Program>,
}

impl Child<'_> {
    /// Returns the exit code, unless another program has taken over. No call of JavaScript is under way when it does:
    /// whatever that call held would be held for ever in the memory of the parent.
    fn run(&mut self) -> c_int {
        self.become_program().unwrap_or_else(|_| {
            self.ctx.catch(); // the memory outlives this process
            EXIT_FAULT
        })
    }

    fn become_program(&mut self) -> Result<c_int> {
        let prepared: Value = self.prepare.call(())?;
        if let Some(code) = prepared.as_int() {
            return Ok(code);
        }
        let program = Program::from_js(&self.ctx, prepared)?;
        let program = self.program.insert(program);
        program.execute();
        let error = program.error(&self.ctx)?;
        self.failed.call((error,))
    }
}

/// Starts a child that becomes what `prepare`, called in it, returns, or ends with the code that this or, after a
/// failed exec, `failed` returns; the child's pid.
///
/// # Errors
/// Call `fork`: `EAGAIN`, `ENOMEM`.
///
/// # References
/// clone(2), CLONE_VM and CLONE_VFORK; fork(2) elsewhere.
pub fn spawn<'js>(ctx: &Ctx<'js>, prepare: Function<'js>, failed: Function<'js>) -> Result<c_int> {
    let mut child = Child {
        ctx: ctx.clone(),
        prepare,
        failed,
        program: None,
    };
    check(ctx, "fork", None, start(&mut child))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
use in_our_memory::start;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn start(child: &mut Child<'_>) -> c_int {
    // SAFETY: one thread, so the child has no lock that nobody will open.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        super::signal::forget(&child.ctx);
        let code = child.run();
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) }
    }
    pid
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod in_our_memory {
    use super::*;
    use crate::engine::STACK_BYTES;
    use rquickjs::qjs;
    use std::ffi::c_void;
    use std::ptr;

    /// For the host's own calls, above and below those of JavaScript.
    const SPARE_BYTES: usize = 256 * 1024;
    /// Of the greatest pages there are.
    const GUARD_BYTES: usize = 64 * 1024;

    pub fn start(child: &mut Child<'_>) -> c_int {
        let Some(stack) = Stack::new() else {
            return -1;
        };
        // SAFETY: the context is live.
        let runtime = unsafe { qjs::JS_GetRuntime(child.ctx.as_raw().as_ptr()) };
        // The engine measures from where `main` stands: on another stack it must not, and there the guard does.
        // SAFETY: a live runtime; zero is for no bound.
        unsafe { qjs::JS_SetMaxStackSize(runtime, 0) };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // SAFETY: `run` gets what it takes, and a stack that lives until it is done with it, for until then this process
        // stands still. There is no other thread, and no handler of a signal, that could meet the child in this memory.
        let pid = unsafe { libc::clone(run, stack.top(), flags, ptr::from_mut(child).cast()) };
        let errno = errno::last();
        // SAFETY: as above.
        unsafe { qjs::JS_SetMaxStackSize(runtime, STACK_BYTES as qjs::size_t) };
        drop(stack);
        errno::set(errno);
        pid
    }

    extern "C" fn run(child: *mut c_void) -> c_int {
        // SAFETY: what `start` passes, which touches it only when this process has gone.
        let child = unsafe { &mut *child.cast::<Child<'_>>() };
        let code = child.run();
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) }
    }

    /// A stack of its own, above a page that nobody may touch; given back at the end, for it would be memory that
    /// every supervisor holds.
    struct Stack(*mut c_void);

    impl Stack {
        const BYTES: usize = GUARD_BYTES + STACK_BYTES + SPARE_BYTES;

        /// `None` where there is no memory; errno says so.
        fn new() -> Option<Self> {
            let flags =
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE;
            // SAFETY: new memory, wherever there is room.
            let start =
                unsafe { libc::mmap(ptr::null_mut(), Self::BYTES, libc::PROT_NONE, flags, -1, 0) };
            if start == libc::MAP_FAILED {
                return None;
            }
            let stack = Stack(start);
            let access = libc::PROT_READ | libc::PROT_WRITE;
            // SAFETY: the upper part of what has just been mapped.
            let done = unsafe {
                libc::mprotect(
                    start.byte_add(GUARD_BYTES),
                    Self::BYTES - GUARD_BYTES,
                    access,
                )
            };
            (done == 0).then_some(stack)
        }

        /// Where it begins, for it grows downwards on all that Linux runs on here.
        fn top(&self) -> *mut c_void {
            // SAFETY: the end of the mapping.
            unsafe { self.0.byte_add(Self::BYTES) }
        }
    }

    impl Drop for Stack {
        fn drop(&mut self) {
            // SAFETY: mapped by `new`; nobody stands on it any more.
            unsafe { libc::munmap(self.0, Self::BYTES) };
        }
    }
}
