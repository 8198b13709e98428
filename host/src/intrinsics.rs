//! The parts of the language that many programs do without: the engine makes them when a program first names them. To
//! make them takes a tenth of the time of `sv status`.

use crate::lazy::{self, Lazy};
use core::ffi::{CStr, c_int};
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

type Add = unsafe extern "C" fn(*mut qjs::JSContext) -> c_int;

/// What comes together, and the names that it comes under.
const PARTS: &[(Add, &[&str])] = &[
    (
        qjs::JS_AddIntrinsicMapSet,
        &["Map", "Set", "WeakMap", "WeakSet"],
    ),
    (
        qjs::JS_AddIntrinsicTypedArrays,
        &[
            "ArrayBuffer",
            "DataView",
            "Int8Array",
            "Int16Array",
            "Int32Array",
            "Uint8Array",
            "Uint8ClampedArray",
            "Uint16Array",
            "Uint32Array",
            "Float32Array",
            "Float64Array",
            "BigInt64Array",
            "BigUint64Array",
        ],
    ),
];

/// Stands behind the global object: what that does not have is asked of this one.
struct Intrinsics;

impl Lazy for Intrinsics {
    const CLASS: &'static CStr = c"Intrinsics";

    fn make<'js>(ctx: &Ctx<'js>, _: Object<'js>, name: &[u8]) -> Result<Option<Object<'js>>> {
        let has = |names: &[&str]| names.iter().any(|one| one.as_bytes() == name);
        let Some((add, _)) = PARTS.iter().find(|(_, names)| has(names)) else {
            return Ok(None);
        };
        // SAFETY: the context is live, and has none of them yet, or it would not ask.
        match unsafe { add(ctx.as_raw().as_ptr()) } {
            0 => Ok(Some(ctx.globals())),
            _ => Err(Error::Exception),
        }
    }
}

/// Readies a new context, which has been made without them.
pub fn defer(ctx: &Ctx<'_>) -> Result<()> {
    let globals = ctx.globals();
    let lazy = lazy::object::<Intrinsics>(ctx)?;
    lazy.set_prototype(globals.get_prototype().as_ref())?;
    globals.set_prototype(Some(&lazy))
}

/// To be called before the host makes an array that no program has asked for by name.
pub fn need_typed_arrays(ctx: &Ctx<'_>) -> Result<()> {
    ctx.globals().get::<_, Value>("Uint8Array").map(drop)
}
