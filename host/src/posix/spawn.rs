//! A child that becomes another program.
//!
//! A fork copies the tables of all pages, and then each page that one of the two writes to: with JavaScript in
//! between, some two hundred for one service. So on Linux the child has this process's memory, and this process
//! stands still until it executes something or ends: JavaScript runs in the child as if it were called here, and
//! what it leaves in the heap is right for both. The directory, signals and limits are the child's own, and so are its
//! descriptors, unless there may be thousands of them to be copied: then it has its parent's until the exec.
//!
//! A child that died in the midst of that would leave a heap that nobody can trust. So every signal waits until no
//! JavaScript is under way any more, and after one that cannot wait, SIGKILL, this process ends: whoever looks after it
//! starts it again.

use super::exec::Program;
use super::fd;
use super::signal;
use crate::errno::{self, check};
use crate::fatal;
use crate::numbers::Int;
use rquickjs::{Ctx, FromJs, Function, Object, Result, Value};
use std::ffi::{c_int, c_uint};
use std::mem::MaybeUninit;
use std::ptr;

/// What the child is given, and where it keeps what would otherwise be lost with its stack.
struct Child<'js> {
    ctx: Ctx<'js>,
    prepare: Function<'js>,
    failed: Function<'js>,
    given: Given,
    program: Option<Program>,
    /// What the program starts with blocked; all is, until then.
    mask: libc::sigset_t,
    /// No JavaScript is under way: whatever a call held would be held for ever in the memory of the parent.
    is_at_rest: bool,
}

impl Child<'_> {
    /// Returns the exit code, unless another program has taken over.
    fn run(&mut self) -> c_int {
        let code = self.become_program().unwrap_or_else(|_| {
            self.ctx.catch(); // the memory outlives this process
            fatal::EXIT_FATAL
        });
        self.is_at_rest = true;
        code
    }

    fn become_program(&mut self) -> Result<c_int> {
        let prepared: Value = self.prepare.call(())?;
        if let Some(code) = prepared.as_int() {
            return Ok(code);
        }
        let program = Program::from_js(&self.ctx, prepared)?;
        let program = self.program.insert(program);
        self.is_at_rest = true;
        let is_placed = self.given.place();
        if is_placed {
            forget_failed_writes();
            set_mask(&self.mask);
            program.execute();
        }
        let errno = errno::last();
        block_all();
        self.is_at_rest = false;
        errno::set(errno);
        let error = if is_placed {
            program.error(&self.ctx)?
        } else {
            errno::error(&self.ctx, "dup2", None)?
        };
        self.failed.call((error,))
    }
}

/// Which descriptors a child has; posix.d.ts declares it.
pub struct Given {
    stdin: Option<c_int>,
    stdout: Option<c_int>,
    close_from: Option<c_uint>,
}

impl<'js> FromJs<'js> for Given {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let object = Object::from_js(ctx, value)?;
        let number = |name| -> Result<Option<c_int>> {
            Ok(object.get::<_, Option<Int<c_int>>>(name)?.map(|int| int.0))
        };
        Ok(Given {
            stdin: number("stdin")?,
            stdout: number("stdout")?,
            close_from: object
                .get::<_, Option<Int<c_uint>>>("closeFrom")?
                .map(|int| int.0),
        })
    }
}

impl Given {
    fn standard(&self) -> [(Option<c_int>, c_int); 2] {
        [
            (self.stdin, libc::STDIN_FILENO),
            (self.stdout, libc::STDOUT_FILENO),
        ]
    }

    /// In the child; `false` where that failed, and errno says why.
    fn place(&self) -> bool {
        let is_placed = self
            .standard()
            .iter()
            .all(|&(from, to)| from.is_none_or(|from| fd::copy(from, to) != -1));
        if let (true, Some(close_from)) = (is_placed, self.close_from) {
            leave_behind(close_from);
        }
        is_placed
    }
}

/// Blocks every signal that can be. @returns what was blocked before
fn block_all() -> libc::sigset_t {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: there is room for both sets, which are filled. It cannot fail.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    }
}

fn set_mask(mask: &libc::sigset_t) {
    // SAFETY: a set that the system or `set_of` made. It cannot fail.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, ptr::from_ref(mask), ptr::null_mut()) };
}

/// Takes the signals away that come with a write into a pipe that nobody reads, and to a file as large as may be: the
/// write failed, and the program that starts now has nothing to do with it.
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

/// Starts a child that becomes what `prepare`, called in it, returns, or ends with the code that this or, after a
/// failed dup2 or exec, `failed` returns; the child's pid. What it becomes starts with `blocked` blocked.
///
/// # Errors
/// Call `fork`: `EAGAIN`, `ENOMEM`.
///
/// # References
/// clone(2), CLONE_VM, CLONE_VFORK and CLONE_FILES; fork(2) elsewhere.
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
        program: None,
        mask: signal::set_of(ctx, &blocked)?,
        is_at_rest: false,
    };
    let before = block_all();
    let pid = start(&mut child);
    let errno = errno::last();
    set_mask(&before);
    errno::set(errno);
    check(ctx, "fork", None, pid)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
use in_our_memory::{leave_behind, start};

/// The child has its own: the exec closes them.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn leave_behind(_first: c_uint) {}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn start(child: &mut Child<'_>) -> c_int {
    // SAFETY: one thread, so the child has no lock that nobody will open.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        signal::forget(&child.ctx);
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

    /// For the host's own calls, above and below those of JavaScript.
    const SPARE_BYTES: usize = 256 * 1024;
    /// Of the greatest pages there are.
    const GUARD_BYTES: usize = 64 * 1024;

    /// Has this process, a child that shares its parent's descriptors, share none any more, and not have those from
    /// `first` on. Where the system cannot, the exec ends the sharing, and copies and closes them all.
    ///
    /// # References
    /// close_range(2), CLOSE_RANGE_UNSHARE: Linux 5.9.
    pub fn leave_behind(first: c_uint) {
        // SAFETY: no memory is passed.
        unsafe {
            libc::syscall(
                libc::SYS_close_range,
                first,
                c_uint::MAX,
                libc::CLOSE_RANGE_UNSHARE,
            )
        };
    }

    /// Standard input and output of this process, for the time that a child has them with it.
    struct Standard([Saved; 2]);

    struct Saved {
        copy: c_int,
        flags: c_int,
    }

    impl Standard {
        /// `None` where there is no room.
        fn save() -> Option<Self> {
            let stdin = Saved::new(libc::STDIN_FILENO)?;
            let stdout = Saved::new(libc::STDOUT_FILENO)?;
            Some(Standard([stdin, stdout]))
        }

        fn restore(&self, given: &Given) {
            for ((from, to), saved) in given.standard().into_iter().zip(&self.0) {
                if from.is_some() {
                    saved.restore(to);
                }
            }
        }
    }

    impl Saved {
        fn new(fd: c_int) -> Option<Self> {
            // SAFETY: no memory is passed.
            let [copy, flags] = unsafe {
                [
                    libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1),
                    libc::fcntl(fd, libc::F_GETFD),
                ]
            };
            (copy != -1).then_some(Saved { copy, flags })
        }

        fn restore(&self, fd: c_int) {
            let is_closed_on_exec = self.flags & libc::FD_CLOEXEC != 0;
            let flags = if is_closed_on_exec {
                libc::O_CLOEXEC
            } else {
                0
            };
            // SAFETY: no memory is passed. It cannot fail: both are open.
            unsafe { libc::dup3(self.copy, fd, flags) };
        }
    }

    impl Drop for Saved {
        fn drop(&mut self) {
            // SAFETY: opened by `new`.
            unsafe { libc::close(self.copy) };
        }
    }

    pub fn start(child: &mut Child<'_>) -> c_int {
        let Some(stack) = Stack::new() else {
            return -1;
        };
        // SAFETY: the context is live.
        let runtime = unsafe { qjs::JS_GetRuntime(child.ctx.as_raw().as_ptr()) };
        // The engine measures from where `main` stands: on another stack it must not, and there the guard does.
        // SAFETY: a live runtime; zero is for no bound.
        unsafe { qjs::JS_SetMaxStackSize(runtime, 0) };
        let mut flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // A copy of thousands of descriptors, each closed by the exec, takes longer than all else together.
        let shared = child.given.close_from.and_then(|_| Standard::save());
        if shared.is_some() {
            flags |= libc::CLONE_FILES;
        }
        // SAFETY: `run` gets what it takes, and a stack that lives until it is done with it, for until then this process
        // stands still. There is no other thread, and no handler of a signal, that could meet the child in this memory.
        let pid = unsafe { libc::clone(run, stack.top(), flags, ptr::from_mut(child).cast()) };
        let errno = errno::last();
        // SAFETY: a live field. The compiler must not know what it was: the child has written to it.
        if pid != -1 && !unsafe { ptr::from_ref(&child.is_at_rest).read_volatile() } {
            fatal::exit_at_once(b"runits: fatal: a child was killed before it executed anything\n");
        }
        // SAFETY: as above.
        unsafe { qjs::JS_SetMaxStackSize(runtime, STACK_BYTES as qjs::size_t) };
        if let Some(standard) = shared {
            standard.restore(&child.given);
        }
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
