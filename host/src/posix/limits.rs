//! Resource limits, and priorities for processor and disk.

use crate::bytes::ByteString;
use crate::errno::{self, check};
use crate::numbers::{Int, refuse};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use rquickjs::{Ctx, Error, FromJs, IntoJs, Object, Result, Value};

/// The type of libc's RLIMIT_ constants: an enumeration with glibc, int elsewhere.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub type Resource = c_int;

const RESOURCES: &[(&[u8], Resource)] = &[
    // OpenBSD has no limit on the address space.
    #[cfg(not(target_os = "openbsd"))]
    (b"as", libc::RLIMIT_AS),
    (b"core", libc::RLIMIT_CORE),
    (b"cpu", libc::RLIMIT_CPU),
    (b"data", libc::RLIMIT_DATA),
    (b"fsize", libc::RLIMIT_FSIZE),
    (b"memlock", libc::RLIMIT_MEMLOCK),
    (b"nofile", libc::RLIMIT_NOFILE),
    (b"nproc", libc::RLIMIT_NPROC),
    (b"rss", libc::RLIMIT_RSS),
    (b"stack", libc::RLIMIT_STACK),
];

/// `EINVAL` for a resource that this system lacks, as from the call itself.
fn resource(ctx: &Ctx<'_>, call: &str, name: &ByteString<'_>) -> Result<Resource> {
    match RESOURCES.iter().find(|known| known.0 == name.as_bytes()) {
        Some((_, resource)) => Ok(*resource),
        None => Err(errno::throw_number(ctx, call, None, libc::EINVAL)),
    }
}

/// Both limits of a resource; `None` if the call fails.
pub fn get(resource: Resource) -> Option<libc::rlimit> {
    let mut limit = MaybeUninit::uninit();
    // SAFETY: there is room for the record, which is read only if the call has filled it.
    unsafe { (libc::getrlimit(resource, limit.as_mut_ptr()) == 0).then(|| limit.assume_init()) }
}

/// Both limits of a resource; `Limit` in posix.d.ts.
pub struct Limit(libc::rlimit);

impl<'js> IntoJs<'js> for Limit {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let number = |limit: libc::rlim_t| match limit {
            libc::RLIM_INFINITY => f64::INFINITY,
            limit => rounded_down(limit),
        };
        let object = Object::new(ctx.clone())?;
        object.set("soft", number(self.0.rlim_cur))?;
        object.set("hard", number(self.0.rlim_max))?;
        object.into_js(ctx)
    }
}

/// A limit as a double. A limit above 2^53 that no double represents is rounded down, because a
/// caller that sets the value again must not ask for more than it has.
fn rounded_down(limit: libc::rlim_t) -> f64 {
    let number = limit as f64;
    if number as u128 > limit as u128 {
        return number.next_down();
    }
    number
}

impl<'js> FromJs<'js> for Limit {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let object = Object::from_js(ctx, value)?;
        Ok(Limit(libc::rlimit {
            rlim_cur: limit_of(ctx, object.get("soft")?)?,
            rlim_max: limit_of(ctx, object.get("hard")?)?,
        }))
    }
}

fn limit_of(ctx: &Ctx<'_>, number: f64) -> Result<libc::rlim_t> {
    if number == f64::INFINITY {
        return Ok(libc::RLIM_INFINITY);
    }
    // A limit from getrlimit may be above 2^53; it is whole, if not exact.
    if number as libc::rlim_t as f64 != number || number >= libc::RLIM_INFINITY as f64 {
        return Err(refuse(ctx, number));
    }
    Ok(number as libc::rlim_t)
}

/// `getrlimit(resource)`.
///
/// # References
/// getrlimit(2).
pub fn getrlimit(ctx: &Ctx<'_>, name: ByteString<'_>) -> Result<Limit> {
    let resource = resource(ctx, "getrlimit", &name)?;
    get(resource)
        .map(Limit)
        .ok_or_else(|| errno::throw(ctx, "getrlimit", None))
}

/// `setrlimit(resource, limit)`.
///
/// # References
/// setrlimit(2).
pub fn setrlimit(ctx: &Ctx<'_>, name: ByteString<'_>, limit: Limit) -> Result<()> {
    let resource = resource(ctx, "setrlimit", &name)?;
    #[cfg(linux_calls)]
    crate::limited_heap::take_before_limit(resource);
    // SAFETY: the record lives through the call.
    let done = unsafe { libc::setrlimit(resource, &raw const limit.0) };
    check(ctx, "setrlimit", None, done).map(drop)
}

/// `nice(increment)`: the new nice value.
///
/// # References
/// nice(2). -1 is also a valid result; only errno distinguishes it from a failure.
pub fn nice(ctx: &Ctx<'_>, increment: Int<c_int>) -> Result<c_int> {
    errno::set(0);
    // SAFETY: no memory is passed.
    let value = unsafe { libc::nice(increment.0) };
    if value == -1 && errno::last() != 0 {
        return Err::<_, Error>(errno::throw(ctx, "nice", None));
    }
    Ok(value)
}

/// `ioprio_set(IOPRIO_WHO_PROCESS, 0, priority)`, for this process.
///
/// # Errors
/// `EPERM`; `ENOSYS` on systems other than Linux.
///
/// # References
/// ioprio_set(2), for which the C library has no function.
pub fn ioprio_set(ctx: &Ctx<'_>, priority: Int<c_int>) -> Result<()> {
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    let done = unsafe {
        const IOPRIO_WHO_PROCESS: c_int = 1;
        libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority.0)
    } as c_int;
    #[cfg(not(linux_calls))]
    let done = {
        let _ = priority;
        errno::absent()
    };
    check(ctx, "ioprio_set", None, done).map(drop)
}

#[cfg(test)]
mod tests {
    use super::rounded_down;

    #[test]
    fn a_limit_is_never_rounded_up() {
        for limit in [
            0,
            4096,
            1 << 53,
            (1 << 53) + 1,
            (1 << 63) - 1,
            1 << 63,
            libc::RLIM_INFINITY - 1,
        ] {
            assert!(rounded_down(limit) as u128 <= limit as u128, "{limit}");
        }
        assert_eq!(rounded_down(1 << 62), (1u64 << 62) as f64);
    }
}
