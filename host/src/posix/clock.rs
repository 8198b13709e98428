//! The clocks.

use crate::errno::check;
use crate::objects::{Names, number, plain};
use core::mem::MaybeUninit;
use rquickjs::{Ctx, IntoJs, Result, Value};

/// A time; `Time` in posix.d.ts.
pub struct Time(libc::timespec);

/// The properties of a `Time`.
static NAMES: Names<2> = Names::new([c"seconds", c"nanoseconds"]);

impl<'js> IntoJs<'js> for Time {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let values = [self.0.tv_sec as f64, self.0.tv_nsec as f64].map(|value| number(ctx, value));
        plain(ctx, &NAMES, &values)
    }
}

/// `clock_gettime(CLOCK_REALTIME)`.
///
/// # References
/// clock_gettime(2).
pub fn real(ctx: &Ctx<'_>) -> Result<Time> {
    gettime(ctx, libc::CLOCK_REALTIME)
}

/// `clock_gettime(CLOCK_MONOTONIC)`.
///
/// # References
/// clock_gettime(2).
pub fn monotonic(ctx: &Ctx<'_>) -> Result<Time> {
    gettime(ctx, libc::CLOCK_MONOTONIC)
}

fn gettime(ctx: &Ctx<'_>, clock: libc::clockid_t) -> Result<Time> {
    let mut time = MaybeUninit::uninit();
    // SAFETY: `time` has room for the record.
    let done = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    check(ctx, "clock_gettime", None, done)?;
    // SAFETY: the call has filled it.
    Ok(Time(unsafe { time.assume_init() }))
}
