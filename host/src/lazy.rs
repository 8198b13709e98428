//! Objects whose properties are created on first access. A program uses few of the many properties,
//! and without this, every start of every tool would create all of them.
//!
//! They are the engine's "exotic" objects: the engine calls [`own_property`] for a property that
//! the object lacks, and finds the created property by itself the next time.

use core::ffi::{CStr, c_int};
use core::ptr::NonNull;
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

/// The missing properties of an object, and how to create them.
pub trait Lazy {
    /// The class of the object.
    const CLASS: &'static CStr;

    /// Creates a property on the object that it returns, which may be another than `lazy`. `None`
    /// if it has no property of that name.
    fn make<'js>(ctx: &Ctx<'js>, lazy: Object<'js>, name: &[u8]) -> Result<Option<Object<'js>>>;
}

struct Methods<L>(L);

impl<L: Lazy> Methods<L> {
    const TABLE: &'static qjs::JSClassExoticMethods = &qjs::JSClassExoticMethods {
        get_own_property: Some(own_property::<L>),
        get_own_property_names: None,
        delete_property: None,
        define_own_property: None,
        has_property: None,
        get_property: None,
        set_property: None,
    };
}

/// A new object without properties and without a prototype. Call it once for each `L` in a context.
pub fn object<'js, L: Lazy>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let class = qjs::JSClassDef {
        class_name: L::CLASS.as_ptr(),
        finalizer: None,
        gc_mark: None,
        call: None,
        // The engine only reads the table.
        exotic: core::ptr::from_ref(Methods::<L>::TABLE).cast_mut(),
    };
    let context = ctx.as_raw().as_ptr();
    // SAFETY: the context is live; the class's name and methods live for ever; we own the object.
    unsafe {
        let runtime = qjs::JS_GetRuntime(context);
        let mut id = qjs::JS_INVALID_CLASS_ID; // asks for a new one
        qjs::JS_NewClassID(runtime, &raw mut id);
        if qjs::JS_NewClass(runtime, id, &raw const class) < 0 {
            return Err(Error::Allocation);
        }
        let object = qjs::JS_NewObjectClass(context, id);
        if qjs::JS_IsException(object) {
            return Err(Error::Exception);
        }
        Object::from_value(Value::from_raw(ctx.clone(), object))
    }
}

/// The engine's callback for a property that it has not found on the object. Returns 1; 0 if there
/// is none; or -1 for an exception.
///
/// # Safety
/// Only the engine may call this.
unsafe extern "C" fn own_property<L: Lazy>(
    context: *mut qjs::JSContext,
    descriptor: *mut qjs::JSPropertyDescriptor,
    object: qjs::JSValue,
    atom: qjs::JSAtom,
) -> c_int {
    // SAFETY: the engine calls with its own live context, from within `Context::with`, with an
    // object and a name that it keeps for the duration of the call, and with room for the
    // descriptor if it asks for one. We free the text; the value is ours or the engine's.
    unsafe {
        let ctx = Ctx::from_raw(NonNull::new_unchecked(context));
        let mut length = 0;
        let text = qjs::JS_AtomToCStringLen(context, &raw mut length, atom);
        if text.is_null() {
            return -1;
        }
        let name = core::slice::from_raw_parts(text.cast::<u8>(), length as usize);
        let lazy = Value::from_raw(ctx.clone(), qjs::JS_DupValue(context, object));
        let made = Object::from_value(lazy).and_then(|lazy| L::make(&ctx, lazy, name));
        qjs::JS_FreeCString(context, text);
        let holder = match made {
            Ok(Some(holder)) => holder,
            Ok(None) => return 0,
            Err(_) => return -1,
        };
        let value = qjs::JS_GetProperty(context, holder.as_raw(), atom);
        if qjs::JS_IsException(value) {
            return -1;
        }
        if descriptor.is_null() {
            qjs::JS_FreeValue(context, value);
        } else {
            *descriptor = qjs::JSPropertyDescriptor {
                flags: 0, // read-only
                value,
                getter: qjs::JS_UNDEFINED,
                setter: qjs::JS_UNDEFINED,
            };
        }
        1
    }
}
