//! Plain objects whose properties are known in advance. rquickjs sets one property after the other,
//! each the general way.

use core::ffi::{CStr, c_int};
use rquickjs::{Ctx, Error, Result, Value, qjs};

/// A new object with these properties, whose values it takes.
pub fn plain<'js, const N: usize>(
    ctx: &Ctx<'js>,
    names: &[&CStr; N],
    values: &[qjs::JSValue; N],
) -> Result<Value<'js>> {
    let mut names = names.map(CStr::as_ptr);
    // SAFETY: a live context; as many names as values, which are the engine's from here on, and the
    // object is ours.
    unsafe {
        let context = ctx.as_raw().as_ptr();
        let object =
            qjs::JS_NewObjectFromStr(context, N as c_int, names.as_mut_ptr(), values.as_ptr());
        if qjs::JS_IsException(object) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), object))
    }
}

/// A number for [`plain`]: an integer of the engine, if it is small and whole.
pub fn number(ctx: &Ctx<'_>, value: f64) -> qjs::JSValue {
    // SAFETY: a live context, and no memory is needed.
    unsafe { qjs::JS_NewNumber(ctx.as_raw().as_ptr(), value) }
}

/// A text for [`plain`].
pub fn text(ctx: &Ctx<'_>, text: &str) -> Result<qjs::JSValue> {
    // SAFETY: a live context; the engine copies the text.
    unsafe {
        let length = text.len() as qjs::size_t;
        let value = qjs::JS_NewStringLen(ctx.as_raw().as_ptr(), text.as_ptr().cast(), length);
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Ok(value)
    }
}
