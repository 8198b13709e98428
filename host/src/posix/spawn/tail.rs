//! The last part of a start: what a child does once no JavaScript is under way in it any more.
//!
//! The kernel may hold up an exec for minutes: a lease on the file, a file server that is gone, a scanner that looks at
//! it first. On Linux a child has its parent's memory until then, so this part touches nothing there but a [`Tail`], and
//! the parent may go on. The child allocates nothing, and leaves errno alone.

use super::raw;
use crate::errno;
use crate::fatal;
use crate::posix::exec::Program;
use crate::posix::signal;
use alloc::boxed::Box;
use core::cell::OnceCell;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};
use rquickjs::{Ctx, Result, Value};

/// JavaScript is under way in the child: if it is killed now, nobody can trust its memory.
const BUSY: u32 = 0;
/// The memory is sound, and the parent has to wait.
const SOUND: u32 = 1;
/// The parent may go on.
const LOOSE: u32 = 2;
/// It has.
const LEFT: u32 = 3;

/// What the child has in common with its parent until its exec or its end.
pub struct Tail {
    phase: AtomicU32,
    /// 1 until the child has left this memory: the kernel sets it to 0, and wakes who waits for that.
    pub presence: AtomicU32,
    /// Why the exec failed after the parent had gone on; 0 if it did not.
    failure: AtomicI32,
    /// The signals that the program starts with blocked; all are, until then.
    mask: libc::sigset_t,
    program: OnceCell<Program>,
}

impl Tail {
    /// It stays until it is given to [`free`](Self::free).
    pub fn new(mask: libc::sigset_t) -> &'static Self {
        Box::leak(Box::new(Tail {
            phase: AtomicU32::new(BUSY),
            presence: AtomicU32::new(1),
            failure: AtomicI32::new(0),
            mask,
            program: OnceCell::new(),
        }))
    }

    /// # Safety
    /// Neither the child nor anybody here uses it from now on.
    pub unsafe fn free(&'static self) {
        // SAFETY: made by `new`.
        drop(unsafe { Box::from_raw(ptr::from_ref(self).cast_mut()) });
    }

    /// No JavaScript will run in the child from now on, unless [`execute`](Self::execute) returns.
    pub fn rest(&self) {
        self.phase.store(SOUND, SeqCst);
    }

    pub fn set_program(&self, program: Program) {
        let _ = self.program.set(program); // the first one: this is called once
    }

    pub fn is_busy(&self) -> bool {
        self.phase.load(SeqCst) == BUSY
    }

    /// In the parent: from now on the child reports a failed exec here. @returns `false` if it cannot
    pub fn leave(&self) -> bool {
        self.phase
            .compare_exchange(LOOSE, LEFT, SeqCst, SeqCst)
            .is_ok()
    }

    /// The errno that the exec failed with after the parent had gone on; 0 if it did not.
    pub fn failure(&self) -> c_int {
        self.failure.load(SeqCst)
    }

    /// The `PosixError` for an exec that failed.
    pub fn error<'js>(&self, ctx: &Ctx<'js>, errno: c_int) -> Result<Value<'js>> {
        let path = self.program.get().map(Program::path);
        errno::error(ctx, "execve", path, errno)
    }

    /// In the child: becomes the program. Returns the errno of a failed exec, JavaScript being under way again, if the
    /// parent waits for it; else ends the process.
    ///
    /// Apart from what calls it: the parent may have left with all that lies on its own stack.
    ///
    /// @param is_loose the child shares nothing with its parent but memory
    #[inline(never)]
    pub fn execute(&self, is_loose: bool) -> c_int {
        let Some(program) = self.program.get() else {
            return libc::EINVAL;
        };
        forget_failed_writes();
        signal::uncatch();
        if is_loose && raw::LEAVES_ERRNO {
            self.phase.store(LOOSE, SeqCst);
        }
        signal::restore(&self.mask);
        let errno = program.execute();
        signal::block_all();
        if self.phase.swap(BUSY, SeqCst) != LEFT {
            return errno;
        }
        self.failure.store(errno, SeqCst);
        raw::exit(fatal::EXIT_FATAL)
    }
}

/// Discards the signals of a write to a pipe that nobody reads, and to a file as large as may be: the write failed, and
/// the program that starts now has nothing to do with it.
fn forget_failed_writes() {
    let mut pending = MaybeUninit::uninit();
    // SAFETY: there is room for the set, which is filled, and for the number. What is waited for is there.
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
