//! The title and the name that `ps` shows for this process.

#[cfg(not(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
mod area;
#[cfg(linux_calls)]
mod layout;

use crate::arguments;
use crate::bytes::{Name, uint8_array_memory};
use crate::errno::check;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, Exception, Result, Value};

/// Writes the words over the memory of the command line.
///
/// # References
/// proc(5) /proc/PID/cmdline; prctl(2) PR_SET_MM. The BSDs have setproctitle(3).
#[cfg(not(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
pub fn set_title(_: &Ctx<'_>, words: Vec<Name>) -> Result<()> {
    area::write(&words);
    Ok(())
}

/// `setproctitle("-%s", title)`; the dash omits the program's name.
///
/// # References
/// setproctitle(3).
#[cfg(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
))]
pub fn set_title(_: &Ctx<'_>, words: Vec<Name>) -> Result<()> {
    let words: Vec<&[u8]> = words
        .iter()
        .map(|word| word.as_c_str().to_bytes())
        .collect();
    let mut title = words.join(&b' ');
    title.push(0);
    // SAFETY: the format takes one C string, which lives through the call and is copied.
    unsafe { libc::setproctitle(c"-%s".as_ptr(), title.as_ptr()) };
    Ok(())
}

/// `prctl(PR_SET_NAME, name)`.
///
/// # References
/// prctl(2) PR_SET_NAME; elsewhere pthread_setname_np(3).
pub fn set_name(ctx: &Ctx<'_>, name: Name) -> Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: a C string; the kernel copies its first 15 bytes.
    let done = unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
    #[cfg(target_vendor = "apple")]
    // SAFETY: a C string, which is copied.
    let done = unsafe { failed(libc::pthread_setname_np(name.as_ptr())) };
    #[cfg(any(target_os = "freebsd", target_os = "dragonfly", target_os = "openbsd"))]
    // SAFETY: a C string, which is copied; the thread is this one.
    let done = unsafe {
        libc::pthread_set_name_np(libc::pthread_self(), name.as_ptr());
        0
    };
    #[cfg(target_os = "netbsd")]
    // SAFETY: C strings, which are copied; the thread is this one.
    let done = unsafe {
        let argument: *const libc::c_void = name.as_ptr().cast();
        failed(libc::pthread_setname_np(
            libc::pthread_self(),
            c"%s".as_ptr(),
            argument,
        ))
    };
    check::<c_int>(ctx, "setname", None, done).map(drop)
}

/// Returns -1 and sets errno, for a call that returns its error number.
#[cfg(any(target_vendor = "apple", target_os = "netbsd"))]
fn failed(error: c_int) -> c_int {
    if error == 0 {
        return 0;
    }
    crate::errno::set(error);
    -1
}

/// Overwrites the memory of one word of the command line, up to its length.
///
/// # Errors
/// `RangeError`: there is no such word.
///
/// # References
/// proc(5) /proc/PID/cmdline.
pub fn write_argument(ctx: &Ctx<'_>, index: Int<u32>, bytes: Value<'_>) -> Result<()> {
    let (memory, length) = uint8_array_memory(ctx, &bytes)?;
    let Some((word, room)) = arguments::word_area(index.0 as usize) else {
        return Err(Exception::throw_range(
            ctx,
            "the command line has no such word",
        ));
    };
    // SAFETY: the word's own memory, preserved before, and no more than its length; the array's
    // memory stays in place, because no JavaScript runs. The two cannot overlap.
    unsafe { word.copy_from_nonoverlapping(memory, length.min(room)) };
    Ok(())
}
