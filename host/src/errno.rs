//! Turns a failed system call into the exception that TypeScript catches: a `PosixError`.

use crate::bytes::Bytes;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;
use rquickjs::object::Property;
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

/// The errno of the call that has just failed.
pub fn last() -> i32 {
    // SAFETY: a valid pointer, to a number that only this thread uses.
    unsafe { *location() }
}

/// Sets errno, for calls that report a failure only through it.
pub fn set(errno: i32) {
    // SAFETY: as in `last`.
    unsafe { *location() = errno }
}

/// Fails like a call that the system does not have.
#[cfg(not(linux_calls))]
pub fn absent() -> libc::c_int {
    set(libc::ENOSYS);
    -1
}

/// The address of this thread's errno.
fn location() -> *mut libc::c_int {
    // SAFETY: the C library only returns an address.
    unsafe {
        #[cfg(any(target_os = "linux", target_os = "dragonfly"))]
        return libc::__errno_location();
        #[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
        return libc::__error();
        #[cfg(any(target_os = "openbsd", target_os = "netbsd"))]
        return libc::__errno();
    }
}

/// The result of a call, or a `PosixError` if the call returned -1.
pub fn check<T: PartialEq + From<i8>>(
    ctx: &Ctx<'_>,
    call: &str,
    path: Option<&CStr>,
    result: T,
) -> Result<T> {
    if result == T::from(-1) {
        return Err(throw(ctx, call, path));
    }
    Ok(result)
}

/// Throws a `PosixError` for the call that has just failed; return the result with `Err`.
///
/// `path` is the file that the call was about, if any. Code branches on `code` (`"ENOENT"`),
/// `errno`, `call` and `path`; the message is for people: `open supervise/lock: No such file or
/// directory`.
pub fn throw(ctx: &Ctx<'_>, call: &str, path: Option<&CStr>) -> Error {
    // Read errno first, because any allocation below may overwrite it.
    throw_number(ctx, call, path, last())
}

/// The `PosixError` itself, for callers that return it.
pub fn error<'js>(
    ctx: &Ctx<'js>,
    call: &str,
    path: Option<&CStr>,
    errno: i32,
) -> Result<Value<'js>> {
    posix_error(ctx, call, path.map(CStr::to_bytes), errno)
}

/// Like [`throw`], for a call that returns its error number.
pub fn throw_number(ctx: &Ctx<'_>, call: &str, path: Option<&CStr>, errno: i32) -> Error {
    match error(ctx, call, path, errno) {
        Ok(error) => ctx.throw(error),
        Err(out_of_memory) => out_of_memory,
    }
}

fn posix_error<'js>(
    ctx: &Ctx<'js>,
    call: &str,
    path: Option<&[u8]>,
    errno: i32,
) -> Result<Value<'js>> {
    let about = path.map_or_else(Vec::new, |path| [b" ", path].concat());
    let message = [call.as_bytes(), &about, b": ", &text(errno)].concat();
    // Exception::from_message would make the message an enumerable property, which it would then
    // remain.
    // SAFETY: the engine returns an error that we own, or an exception.
    let error = unsafe {
        let value = qjs::JS_NewError(ctx.as_raw().as_ptr());
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Value::from_raw(ctx.clone(), value)
    };
    let object = Object::from_value(error)?;
    // As in any error, name and message are not enumerable; the new properties are.
    object.prop("message", hidden(Bytes(&message)))?;
    object.prop("name", hidden("PosixError"))?;
    object.set("code", name(errno).as_str())?;
    object.set("errno", errno)?;
    object.set("call", call)?;
    object.set("path", path.map(Bytes))?;
    Ok(object.into_value())
}

fn hidden<T>(value: T) -> Property<T> {
    Property::from(value).writable().configurable()
}

/// `strerror(errno)`, in English: no locale is ever set.
fn text(errno: i32) -> Vec<u8> {
    // SAFETY: strerror returns a string that is valid until the next call of it; there is one
    // thread.
    unsafe { CStr::from_ptr(libc::strerror(errno)) }
        .to_bytes()
        .to_vec()
}

/// The symbol of an errno; `E<number>` if the table does not have it.
fn name(errno: i32) -> String {
    NAMES
        .iter()
        .find(|(number, _)| *number == errno)
        .map_or_else(|| format!("E{errno}"), |(_, name)| (*name).to_owned())
}

macro_rules! names {
    ($($name:ident)*) => { &[$((libc::$name, stringify!($name)),)*] };
}

/// The errors of POSIX. If two share a number (EAGAIN and EWOULDBLOCK), the first one is used.
const NAMES: &[(i32, &str)] = names! {
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK
    EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE
    EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP EWOULDBLOCK
    ENOMSG EIDRM EBADMSG EOVERFLOW EILSEQ EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
    EPROTONOSUPPORT EOPNOTSUPP ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN
    ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETIMEDOUT
    ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EDQUOT ECANCELED
};
