//! Numbers from JavaScript, which are all doubles: whole and in range, or a `RangeError`.
//!
//! rquickjs would cut a fraction off and let -1 become 4294967295 without a word; a descriptor or a pid
//! must not come about like that.

use alloc::format;
use rquickjs::{Ctx, Exception, FromJs, Result, Value};

/// The largest double below which every whole number is exact.
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

/// Throws the `RangeError` for a number that does not do.
pub fn refuse(ctx: &Ctx<'_>, number: f64) -> rquickjs::Error {
    Exception::throw_range(ctx, &format!("not a whole number that fits: {number}"))
}
