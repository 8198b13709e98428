//! Calls Rust functions from JavaScript.
//!
//! A binding is a plain function: `fn(&Ctx, A, B) -> Result<R>`. `FromJs` makes its arguments, and
//! `IntoJs` its result. The macro [`function!`](crate::function) wraps it as a C function of the
//! engine. rquickjs has a wrapper of its own, `Function::new`, which makes each function an object
//! of a class behind a box. With some ninety functions at every start of every tool, that takes a
//! measurable time and memory.

use alloc::string::ToString;
use core::ffi::c_int;
use core::ptr::NonNull;
use rquickjs::{Ctx, Error, Exception, FromJs, IntoJs, Result, Value, qjs};

/// The C function that the engine calls.
pub type CFunction = unsafe extern "C" fn(
    *mut qjs::JSContext,
    qjs::JSValue,
    c_int,
    *mut qjs::JSValue,
) -> qjs::JSValue;

/// A Rust function that can be called from JavaScript with arguments of the types `A`.
pub trait Binding<'js, A> {
    fn call(&self, ctx: &Ctx<'js>, arguments: &Arguments<'_>) -> Result<Value<'js>>;
}

/// The arguments of one call; missing ones are `undefined`.
pub struct Arguments<'a>(&'a [qjs::JSValue]);

impl Arguments<'_> {
    fn take<'js, T: FromJs<'js>>(&self, ctx: &Ctx<'js>, index: usize) -> Result<T> {
        let value = match self.0.get(index) {
            // SAFETY: the engine keeps the argument for the duration of the call; `Value` owns the
            // new reference to it.
            Some(&value) => unsafe {
                let own = qjs::JS_DupValue(ctx.as_raw().as_ptr(), value);
                Value::from_raw(ctx.clone(), own)
            },
            None => Value::new_undefined(ctx.clone()),
        };
        T::from_js(ctx, value)
    }
}

macro_rules! bindings {
    ($($type:ident $index:literal)*) => {
        impl<'js, F, R $(, $type)*> Binding<'js, ($($type,)*)> for F
        where
            F: Fn(&Ctx<'js> $(, $type)*) -> Result<R>,
            R: IntoJs<'js>,
            $($type: FromJs<'js>,)*
        {
            fn call(&self, ctx: &Ctx<'js>, _arguments: &Arguments<'_>) -> Result<Value<'js>> {
                self(ctx $(, _arguments.take::<$type>(ctx, $index)?)*)?.into_js(ctx)
            }
        }
    };
}

bindings!();
bindings!(A 0);
bindings!(A 0 B 1);
bindings!(A 0 B 1 C 2);
bindings!(A 0 B 1 C 2 D 3);
bindings!(A 0 B 1 C 2 D 3 E 4);

/// Performs one call from the engine.
///
/// # Safety
/// Only for a [`CFunction`], with the arguments that the engine passed to it.
pub unsafe fn call<'js, A, F: Binding<'js, A>>(
    context: *mut qjs::JSContext,
    count: c_int,
    values: *mut qjs::JSValue,
    binding: F,
) -> qjs::JSValue {
    // SAFETY: the engine calls with its own live context, from within `Context::with`.
    let ctx: Ctx<'js> = unsafe { Ctx::from_raw(NonNull::new_unchecked(context)) };
    let count = usize::try_from(count).unwrap_or(0);
    let values = match count {
        0 => &[],
        // SAFETY: the engine passes `count` values that stay alive and in place during the call.
        _ => unsafe { core::slice::from_raw_parts(values, count) },
    };
    match binding.call(&ctx, &Arguments(values)) {
        // SAFETY: one more reference, for the engine; `value` drops ours.
        Ok(value) => unsafe { qjs::JS_DupValue(context, value.as_raw()) },
        Err(Error::Exception) => qjs::JS_EXCEPTION,
        Err(other) => {
            Exception::throw_type(&ctx, &other.to_string());
            qjs::JS_EXCEPTION
        }
    }
}

/// The [`CFunction`](crate::call::CFunction) for a binding.
#[macro_export]
macro_rules! function {
    ($binding:path) => {{
        unsafe extern "C" fn function(
            context: *mut rquickjs::qjs::JSContext,
            _this: rquickjs::qjs::JSValue,
            count: core::ffi::c_int,
            values: *mut rquickjs::qjs::JSValue,
        ) -> rquickjs::qjs::JSValue {
            // SAFETY: passes on the engine's own arguments.
            unsafe { $crate::call::call(context, count, values, $binding) }
        }
        function as $crate::call::CFunction
    }};
}
