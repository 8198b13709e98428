//! The last part of a start: the work of a child after its last JavaScript.
//!
//! The kernel may delay an exec for minutes: because of a lease on the file, a file server that is
//! gone, or a virus scanner. On Linux a child shares its parent's memory until then, so this part
//! touches nothing there except a [`Tail`], and the parent may continue. The child allocates
//! nothing, and does not change errno.

use super::raw;
use crate::errno;
use crate::fatal;
use crate::posix::exec::Program;
use crate::posix::fd::HAS_FAILED_WRITE;
use crate::posix::signal;
use alloc::boxed::Box;
use core::cell::{OnceCell, UnsafeCell};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};
use rquickjs::{Ctx, Result, Value};

/// The child runs JavaScript: if it is killed now, its memory may be corrupt.
const IN_JAVASCRIPT: u32 = 0;
/// The memory is consistent, and the parent has to wait.
const JAVASCRIPT_DONE: u32 = 1;
/// The parent may continue.
const PARENT_MAY_GO_ON: u32 = 2;
/// The parent has continued.
const PARENT_WENT_ON: u32 = 3;

/// The state that the child shares with its parent until its exec or its exit.
pub struct Tail {
    phase: AtomicU32,
    /// 1 until the child has left this memory: then the kernel sets it to 0, and wakes the waiting
    /// parent.
    pub presence: AtomicU32,
    /// The error of an exec that failed after the parent had continued; 0 if it did not fail.
    failure: AtomicI32,
    /// The signals that the program starts with blocked; until then, all are blocked.
    mask: libc::sigset_t,
    program: OnceCell<Program>,
    /// The child's last calls run on it, because the parent may go on, and reuse its own.
    stack: UnsafeCell<MaybeUninit<[u8; STACK_BYTES]>>,
}

/// Many times what [`execute_alone`] and its calls take.
const STACK_BYTES: usize = 4096;

/// The alignment of a stack.
const STACK_ALIGN: usize = 16;

/// For more, heap.rs would have to ask malloc(3): the first block from there costs a forked
/// supervisor copies of five pages that it shares with others.
const _: () = assert!(align_of::<Tail>() <= align_of::<usize>());

impl Tail {
    /// It lives until [`free`](Self::free).
    pub fn new(mask: libc::sigset_t) -> &'static Self {
        Box::leak(Box::new(Tail {
            phase: AtomicU32::new(IN_JAVASCRIPT),
            presence: AtomicU32::new(1),
            failure: AtomicI32::new(0),
            mask,
            program: OnceCell::new(),
            stack: UnsafeCell::new(MaybeUninit::uninit()),
        }))
    }

    /// # Safety
    /// Neither the child nor this process uses it from now on.
    pub unsafe fn free(&'static self) {
        // SAFETY: made by `new`.
        drop(unsafe { Box::from_raw(ptr::from_ref(self).cast_mut()) });
    }

    /// From now on the child runs no JavaScript, unless [`execute`](Self::execute) returns.
    pub fn end_javascript(&self) {
        self.phase.store(JAVASCRIPT_DONE, SeqCst);
    }

    pub fn set_program(&self, program: Program) {
        let _ = self.program.set(program); // keeps the first one: this is called once
    }

    pub fn is_in_javascript(&self) -> bool {
        self.phase.load(SeqCst) == IN_JAVASCRIPT
    }

    /// In the parent: from now on the child reports a failed exec here. @returns `false` if it
    /// cannot
    pub fn leave(&self) -> bool {
        self.phase
            .compare_exchange(PARENT_MAY_GO_ON, PARENT_WENT_ON, SeqCst, SeqCst)
            .is_ok()
    }

    /// The errno of an exec that failed after the parent had continued; 0 if it did not fail.
    pub fn failure(&self) -> c_int {
        self.failure.load(SeqCst)
    }

    /// The `PosixError` for an exec that failed.
    pub fn error<'js>(&self, ctx: &Ctx<'js>, errno: c_int) -> Result<Value<'js>> {
        let path = self.program.get().map(Program::path);
        errno::error(ctx, "execve", path, errno)
    }

    /// In the child: executes the program. If the exec fails while the parent waits for it, returns
    /// the errno, and JavaScript may run again; otherwise ends the process.
    ///
    /// @param is_unshared the child shares nothing with its parent except memory
    pub fn execute(&self, is_unshared: bool) -> c_int {
        if HAS_FAILED_WRITE.load(SeqCst) {
            forget_failed_writes();
        }
        signal::uncatch();
        let Some(program) = self.program.get() else {
            return libc::EINVAL;
        };
        if !is_unshared || !raw::LEAVES_ERRNO {
            return self.execute_here(program);
        }
        // SAFETY: the stack is the child's alone.
        unsafe {
            let end = self.stack.get().add(1).cast::<u8>();
            let top = end.map_addr(|address| address / STACK_ALIGN * STACK_ALIGN);
            raw::call_on(top, execute_alone, &raw const *self)
        }
    }

    /// Like [`execute`](Self::execute), on the caller's stack.
    fn execute_here(&self, program: &Program) -> c_int {
        signal::restore(&self.mask);
        let errno = program.execute();
        signal::block_all();
        if self.phase.swap(IN_JAVASCRIPT, SeqCst) != PARENT_WENT_ON {
            return errno;
        }
        self.failure.store(errno, SeqCst);
        raw::exit(fatal::EXIT_FATAL)
    }
}

/// Executes the program, on the tail's own stack; the parent may go on from now on.
///
/// # Safety
/// Only for [`Tail::execute`].
unsafe extern "C" fn execute_alone(tail: *const Tail) -> c_int {
    // SAFETY: it lives until the child has left.
    let tail = unsafe { &*tail };
    let Some(program) = tail.program.get() else {
        return libc::EINVAL;
    };
    tail.phase.store(PARENT_MAY_GO_ON, SeqCst);
    tail.execute_here(program)
}

/// Discards SIGPIPE and SIGXFSZ that come from failed writes: to a pipe without a reader, and
/// beyond the limit on file size. They do not concern the program that starts now.
fn forget_failed_writes() {
    let mut pending = MaybeUninit::uninit();
    // SAFETY: there is room for the set, which is filled, and for the number. The awaited signal is
    // pending.
    unsafe {
        libc::sigpending(pending.as_mut_ptr());
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            if libc::sigismember(pending.as_ptr(), signal) != 1 {
                continue;
            }
            let mut one = MaybeUninit::uninit();
            let mut taken = 0;
            libc::sigemptyset(one.as_mut_ptr());
            libc::sigaddset(one.as_mut_ptr(), signal);
            libc::sigwait(one.as_ptr(), &raw mut taken);
        }
    }
}
