//! Process 1 after the engine has failed.
//!
//! The kernel panics when process 1 ends, and everything that runs dies with it. `runit` never ends
//! by itself, but its engine can fail: out of memory at a bad moment, a bug in the engine, a
//! corrupt heap. So every end of the process leads here first. What is left is the least that a
//! machine needs to be shut down in order: children are reaped, and on the signals of `runit-init`
//! the system powers off or reboots. No stage runs any more; the processes of stage 2 go on.
//!
//! This policy is in the host because it must work without the engine. It allocates
//! nothing and uses no memory of the heap.

use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The program that is process 1.
pub const PROGRAM: &[u8] = b"runit";

/// A file that asks for the shutdown, and the one that makes it a reboot; protocol/shutdown.ts says
/// where each comes from.
pub const REQUESTS: [(&CStr, &CStr); 3] = [
    (c"/run/runit.stopit", c"/run/runit.reboot"),
    (c"/run/runit/stopit", c"/run/runit/reboot"),
    (c"/etc/runit/stopit", c"/etc/runit/reboot"),
];

const STACK_BYTES: usize = 32 * 1024;
/// Between TERM and KILL.
const TERM_MS: u32 = 5_000;
/// A disk that does not answer must not keep the machine from its end.
const SYNC_MS: u32 = 2_000;
/// How often the two are checked.
const STEP_MS: u32 = 100;

static IS_ARMED: AtomicBool = AtomicBool::new(false);

/// The signals of a fault in this process: the engine's memory cannot be trusted after one.
const FAULTS: [c_int; 5] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
];

/// Arranges that the end of this process leads to [`take_over`], if it is process 1.
pub fn arm() {
    if process_id() != 1 {
        return;
    }
    IS_ARMED.store(true, Relaxed);
    // SAFETY: a new mapping at any address; zeros are a valid record; stack and handler live for
    // ever. A failure leaves the process as it would be without.
    unsafe {
        // The fault may be that the stack is used up. The second one is mapped because every tool
        // would carry a static one, which counts as data: with `softlimit -d 250000`, the C library
        // could not start.
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let memory = libc::mmap(ptr::null_mut(), STACK_BYTES, access, flags, -1, 0);
        if memory != libc::MAP_FAILED {
            let stack = libc::stack_t {
                ss_sp: memory,
                ss_flags: 0,
                ss_size: STACK_BYTES,
            };
            libc::sigaltstack(&raw const stack, ptr::null_mut());
        }
        let mut action: libc::sigaction = core::mem::zeroed();
        action.sa_sigaction = fault as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK | libc::SA_NODEFER | libc::SA_RESETHAND;
        for signal in FAULTS {
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

extern "C" fn fault(signal: c_int) {
    take_over();
    // A child before its exec: it dies as without this handler, which was reset.
    // SAFETY: no memory is passed.
    unsafe { libc::raise(signal) };
}

/// Never returns in process 1; returns at once in every other process.
pub fn take_over() {
    if !IS_ARMED.load(Relaxed) || process_id() != 1 {
        return;
    }
    say(b"- runit: fatal: the engine has failed: no stage runs any more, only init 0 and init 6 work\n");
    let signals = block(&[
        libc::SIGCHLD,
        libc::SIGCONT,
        libc::SIGINT,
        libc::SIGPWR,
        libc::SIGTERM,
    ]);
    loop {
        reap();
        // SAFETY: the set lives through the call; the information is not asked for.
        match unsafe { libc::sigwaitinfo(&raw const signals, ptr::null_mut()) } {
            libc::SIGPWR => end(),
            libc::SIGCONT | libc::SIGINT if is_requested() => end(),
            _ => {}
        }
    }
}

/// Ends every process, syncs, and powers off or reboots.
fn end() -> ! {
    say(b"- runit: sending TERM signal to all processes...\n");
    signal_all(libc::SIGTERM);
    signal_all(libc::SIGCONT);
    wait(TERM_MS, || !has_children());
    say(b"- runit: sending KILL signal to all processes...\n");
    signal_all(libc::SIGKILL);
    sync();
    let is_reboot = REQUESTS.iter().any(|(_, reboot)| is_set(reboot));
    say(if is_reboot {
        b"- runit: system reboot.\n"
    } else {
        b"- runit: power off...\n"
    });
    // SAFETY: no memory is passed. The calls return only after a failure, or when the kernel is
    // about to end this pid namespace.
    unsafe {
        if is_reboot {
            libc::reboot(libc::RB_AUTOBOOT);
        }
        libc::reboot(libc::RB_POWER_OFF);
        libc::reboot(libc::RB_HALT_SYSTEM);
        loop {
            libc::pause();
        }
    }
}

fn sync() {
    // SAFETY: one thread; the child only syncs.
    unsafe {
        match libc::fork() {
            0 => {
                libc::sync();
                libc::_exit(0);
            }
            -1 => libc::sync(),
            child => wait(SYNC_MS, || {
                matches!(
                    libc::waitpid(child, ptr::null_mut(), libc::WNOHANG),
                    -1 | 1..
                )
            }),
        }
    }
}

/// Waits until `is_done`, at most for `limit_ms`.
fn wait(limit_ms: u32, is_done: impl Fn() -> bool) {
    let mut passed_ms = 0;
    while passed_ms < limit_ms && !is_done() {
        // SAFETY: no memory is passed.
        unsafe { libc::poll(ptr::null_mut(), 0, STEP_MS as c_int) };
        passed_ms += STEP_MS;
    }
}

/// Reaps what has ended. @returns whether other children are left
fn has_children() -> bool {
    loop {
        // SAFETY: the status is not asked for.
        match unsafe { libc::waitpid(-1, ptr::null_mut(), libc::WNOHANG) } {
            0 => return true,
            -1 => return false,
            _ => {}
        }
    }
}

fn reap() {
    has_children();
}

fn is_requested() -> bool {
    REQUESTS.iter().any(|(stop, _)| is_set(stop))
}

/// Whether the file exists and its owner may execute it.
fn is_set(path: &CStr) -> bool {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: a C string; there is room for the record, which a successful call fills.
    unsafe {
        libc::stat(path.as_ptr(), stat.as_mut_ptr()) == 0
            && stat.assume_init().st_mode & libc::S_IXUSR != 0
    }
}

/// Blocks the signals. @returns the set of them
fn block(signals: &[c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset fills the set; the calls cannot fail with these arguments.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), ptr::null_mut());
        set.assume_init()
    }
}

fn signal_all(signal: c_int) {
    // SAFETY: no memory is passed. Process 1 itself is not among them.
    unsafe { libc::kill(-1, signal) };
}

fn say(line: &[u8]) {
    // SAFETY: the bytes live through the call; there is nowhere to report a failure.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
}

fn process_id() -> libc::pid_t {
    // SAFETY: no memory is passed.
    unsafe { libc::getpid() }
}
