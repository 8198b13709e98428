//! Numbers from JavaScript, which are all doubles: whole and in range, or a `RangeError`.
//!
//! rquickjs would silently truncate a fraction and turn -1 into 4294967295; a descriptor or a pid
//! must not come from that.

use alloc::format;
use rquickjs::{Ctx, Exception, FromJs, Result, Value};

/// The limit up to which every whole number is exact as a double.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// A whole number that fits `T`.
#[derive(Clone, Copy)]
pub struct Int<T>(pub T);

impl<'js, T: TryFrom<i64>> FromJs<'js> for Int<T> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        if let Some(int) = value.as_int() {
            return fit(i64::from(int)).ok_or_else(|| refuse(ctx, f64::from(int)));
        }
        let Some(number) = value.as_number() else {
            return Err(Exception::throw_type(ctx, "not a number"));
        };
        if number as i64 as f64 != number || !(-WHOLE_MAX..=WHOLE_MAX).contains(&number) {
            return Err(refuse(ctx, number));
        }
        fit(number as i64).ok_or_else(|| refuse(ctx, number))
    }
}

fn fit<T: TryFrom<i64>>(number: i64) -> Option<Int<T>> {
    T::try_from(number).ok().map(Int)
}

/// Throws the `RangeError` for a number that is not valid.
pub fn refuse(ctx: &Ctx<'_>, number: f64) -> rquickjs::Error {
    Exception::throw_range(ctx, &format!("not a whole number that fits: {number}"))
}
