//! Linux: a child that shares this process's memory until its exec, as after vfork(2), but whose
//! parent decides how long it waits.

use super::Child;
use super::child_fds::SavedStdio;
use super::late;
use super::raw;
use super::tail::Tail;
use crate::errno;
use crate::fatal;
use core::ffi::{c_int, c_long, c_uint, c_void};
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::Ordering::SeqCst;

/// How long this process waits for an exec: a hundred times the duration of an exec that nothing
/// delays. Continuing costs nothing, except that a failed exec is reported later.
const PATIENCE_MS: c_long = 50;
/// The same while another exec is delayed: if a file server is gone, all of them may be.
const PATIENCE_AMONG_LATE_MS: c_long = 1;

/// The stack that this process may use while a child runs below: many times what [`start`] and its
/// calls take.
const OWN_STACK_BYTES: usize = 8 * 1024;

/// Starts the child; returns its pid, or -1. Returns when the child has executed its program or has
/// ended, or, if the exec takes long, when it no longer needs this process's stack.
pub fn start(child: &mut Child<'_>) -> c_int {
    let is_any_late = late::sweep();
    let tail = child.tail;
    let mut flags = libc::CLONE_VM | libc::SIGCHLD;
    // Copying thousands of descriptors, which the exec then closes, takes longer than all the rest.
    let shared = child
        .fds
        .close_from
        .and_then(|_| SavedStdio::save(&child.fds));
    if shared.is_some() {
        flags |= libc::CLONE_FILES;
    }
    let mut here = MaybeUninit::<u128>::uninit(); // aligned as a stack is
    // SAFETY: `run` gets its argument, and the part of this stack below this function and those
    // that it calls, until the tail has a stack of its own; the engine's limit for this stack holds
    // for the child too, and the kernel's guard is below it. Until the child has finished its
    // JavaScript, this process touches nothing but the tail, and not errno either. There is no
    // other thread and no signal handler that could interfere with the child in this memory.
    let pid = unsafe {
        let stack = here.as_mut_ptr().cast::<c_void>().byte_sub(OWN_STACK_BYTES);
        libc::clone(run, stack, flags, ptr::from_mut(child).cast())
    };
    let errno = errno::last();
    let patience = if is_any_late {
        PATIENCE_AMONG_LATE_MS
    } else {
        PATIENCE_MS
    };
    let has_left = pid == -1 || wait(tail, pid, patience);
    if pid != -1 && has_left && tail.is_in_javascript() {
        fatal::exit_at_once(b"runits: fatal: a child was killed before it executed anything\n");
    }
    if let Some(stdio) = shared {
        stdio.restore();
    }
    if has_left {
        // SAFETY: the child has left, and `child` is about to be dropped.
        unsafe { tail.free() };
    } else {
        late::keep(pid, tail);
    }
    errno::set(errno);
    pid
}

/// The child's entry point.
extern "C" fn run(child: *mut c_void) -> c_int {
    // SAFETY: passed by `start`, which touches it only after the child has left this memory, or
    // while it is in `Tail::execute`.
    let child = unsafe { &mut *child.cast::<Child<'_>>() };
    let presence = [child.tail.presence.as_ptr() as usize, 0, 0, 0];
    // SAFETY: a word that outlives this process.
    unsafe { raw::syscall(libc::SYS_set_tid_address, presence) };
    let code = child.run();
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Waits until the child has left this memory. @returns `false` if its exec takes longer
///
/// # References
/// set_tid_address(2): at the exec or the exit the kernel clears the word and wakes a futex;
/// futex(2) FUTEX_WAIT.
fn wait(tail: &Tail, pid: c_int, patience_ms: c_long) -> bool {
    // The call's own struct timespec: on a processor with 32 bits its seconds have no more.
    let timeout: [c_long; 2] = [0, patience_ms * 1_000_000];
    let timeout = if raw::LEAVES_ERRNO {
        timeout.as_ptr()
    } else {
        ptr::null()
    };
    let word = tail.presence.as_ptr() as usize;
    let present = [word, libc::FUTEX_WAIT as usize, 1, timeout as usize];
    while tail.presence.load(SeqCst) != 0 {
        // SAFETY: the word and the time live through the call.
        let result = unsafe { raw::syscall(libc::SYS_futex, present) };
        if result != -(libc::ETIMEDOUT as isize) || tail.presence.load(SeqCst) == 0 {
            continue;
        }
        if tail.leave() {
            return false;
        }
        if has_ended(pid) {
            // Killed before it registered the word, or the kernel does not clear it after a kill.
            break;
        }
    }
    true
}

fn has_ended(pid: c_int) -> bool {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    let words = [
        libc::P_PID as usize,
        pid as usize,
        info.as_mut_ptr() as usize,
        how as usize,
    ];
    // SAFETY: there is room for the record, for which all zeros is a valid value.
    unsafe {
        raw::syscall(libc::SYS_waitid, words);
        info.assume_init().si_pid() == pid
    }
}

/// In a child that shares its parent's descriptors: gives it its own table, without the descriptors
/// from `first` on.
///
/// @returns `false` if it still shares them: the exec ends that
///
/// # References
/// close_range(2), CLOSE_RANGE_UNSHARE: Linux 5.9. unshare(2), CLONE_FILES: copies all, which the
/// exec closes.
pub fn unshare_from(first: c_uint) -> bool {
    // SAFETY: no memory is passed.
    unsafe {
        let closed = libc::syscall(
            libc::SYS_close_range,
            first,
            c_uint::MAX,
            libc::CLOSE_RANGE_UNSHARE,
        );
        closed == 0 || libc::unshare(libc::CLONE_FILES) == 0
    }
}
