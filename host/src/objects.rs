//! Plain objects whose properties are known in advance, and arrays of known length. rquickjs sets
//! one property after the other, each the general way.

use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use rquickjs::{Ctx, Error, IntoJs, Result, Value, qjs};

unsafe extern "C" {
    /// host/engine/records.patch
    fn JS_NewRecord(
        context: *mut qjs::JSContext,
        count: c_int,
        names: *const *const c_char,
        values: *const qjs::JSValue,
    ) -> qjs::JSValue;
}

/// The names of the properties of [`plain`] objects. It must be a static variable: its address
/// stands for the names, by which the engine finds the shape of the objects.
pub struct Names<const N: usize>([*const c_char; N]);

// SAFETY: nobody changes the texts, which live for ever.
unsafe impl<const N: usize> Sync for Names<N> {}

impl<const N: usize> Names<N> {
    pub const fn new(names: [&'static CStr; N]) -> Self {
        let mut pointers = [core::ptr::null(); N];
        let mut index = 0;
        while index < N {
            pointers[index] = names[index].as_ptr();
            index += 1;
        }
        Self(pointers)
    }
}

/// A new object with these properties, whose values it takes.
pub fn plain<'js, const N: usize>(
    ctx: &Ctx<'js>,
    names: &'static Names<N>,
    values: &[qjs::JSValue; N],
) -> Result<Value<'js>> {
    // SAFETY: a live context; as many names as values, which are the engine's from here on, and the
    // object is ours.
    unsafe {
        let context = ctx.as_raw().as_ptr();
        let object = JS_NewRecord(context, N as c_int, names.0.as_ptr(), values.as_ptr());
        if qjs::JS_IsException(object) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), object))
    }
}

/// A new array with these values, which it takes.
pub fn array<'js>(ctx: &Ctx<'js>, values: &[qjs::JSValue]) -> Result<Value<'js>> {
    // SAFETY: a live context; the values are the engine's from here on, and the array is ours.
    unsafe {
        let context = ctx.as_raw().as_ptr();
        let array = qjs::JS_NewArrayFrom(context, values.len() as c_int, values.as_ptr());
        if qjs::JS_IsException(array) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), array))
    }
}

/// Values that JavaScript gets as an array.
pub struct List<'js>(pub Vec<Value<'js>>);

impl<'js> IntoJs<'js> for List<'js> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        // SAFETY: live values; the array takes the new references, and the list drops its own.
        let own =
            |value: &Value<'js>| unsafe { qjs::JS_DupValue(ctx.as_raw().as_ptr(), value.as_raw()) };
        array(ctx, &self.0.iter().map(own).collect::<Vec<_>>())
    }
}

/// A number for [`plain`] and [`array`]: an integer of the engine, if it is small and whole.
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
