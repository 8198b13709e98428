//! System calls that do not change errno: a child in its parent's memory shares its errno too, so
//! neither may write it while the other runs.

use core::ffi::{c_char, c_int};

/// Whether they leave it alone on this system and processor. If not, the parent waits until the
/// child has left.
pub const LEAVES_ERRNO: bool = cfg!(all(
    linux_calls,
    any(target_arch = "x86_64", target_arch = "aarch64")
));

/// A system call with up to four arguments: its result, or the negative errno.
///
/// # Safety
/// As for the system call.
#[cfg(linux_calls)]
pub unsafe fn syscall(number: libc::c_long, arguments: [usize; 4]) -> isize {
    let [a, b, c, d] = arguments;
    let result: isize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the kernel's calling convention; it may write to memory that the arguments point to.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!(
            "svc 0",
            in("x8") number as isize,
            inlateout("x0") a as isize => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            options(nostack),
        );
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    // SAFETY: as above.
    unsafe {
        result = match libc::syscall(number, a, b, c, d) {
            -1 => -(crate::errno::last() as isize),
            done => done as isize,
        };
    }
    result
}

/// Calls `function` on the stack that ends at `top`, which is a multiple of 16. If the parent waits
/// until the child has left anyway, it stays on the stack that it has.
///
/// # Safety
/// The stack is large enough, and nobody else uses it.
pub unsafe fn call_on<T>(
    top: *mut u8,
    function: unsafe extern "C" fn(*const T) -> c_int,
    argument: *const T,
) -> c_int {
    let result: c_int;
    #[cfg(all(linux_calls, target_arch = "x86_64"))]
    // SAFETY: as the caller promises; the function keeps r12, which holds the stack until then.
    unsafe {
        core::arch::asm!(
            "mov r12, rsp",
            "mov rsp, {top}",
            "call {function}",
            "mov rsp, r12",
            top = in(reg) top,
            function = in(reg) function,
            in("rdi") argument,
            lateout("eax") result,
            out("r12") _,
            clobber_abi("C"),
        );
    }
    #[cfg(all(linux_calls, target_arch = "aarch64"))]
    // SAFETY: as above, with x20.
    unsafe {
        core::arch::asm!(
            "mov x20, sp",
            "mov sp, {top}",
            "blr {function}",
            "mov sp, x20",
            top = in(reg) top,
            function = in(reg) function,
            in("x0") argument,
            lateout("x0") result,
            out("x20") _,
            clobber_abi("C"),
        );
    }
    #[cfg(not(all(linux_calls, any(target_arch = "x86_64", target_arch = "aarch64"))))]
    // SAFETY: as the caller promises.
    unsafe {
        let _ = top;
        result = function(argument);
    }
    result
}

/// Returns only after a failure, with the errno.
///
/// # Safety
/// As for execve(2): `argv` and `env` end with a null pointer.
pub unsafe fn execve(
    path: *const c_char,
    argv: *const *const c_char,
    env: *const *const c_char,
) -> c_int {
    #[cfg(linux_calls)]
    // SAFETY: as the caller promises.
    unsafe {
        let words = [path as usize, argv as usize, env as usize, 0];
        -syscall(libc::SYS_execve, words) as c_int
    }
    #[cfg(not(linux_calls))]
    // SAFETY: as the caller promises.
    unsafe {
        libc::execve(path, argv, env);
        crate::errno::last()
    }
}

pub fn exit(code: c_int) -> ! {
    #[cfg(linux_calls)]
    // SAFETY: ends the process.
    unsafe {
        syscall(libc::SYS_exit_group, [code as usize, 0, 0, 0]);
    }
    // SAFETY: as above.
    unsafe { libc::_exit(code) }
}
