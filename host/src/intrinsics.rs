//! The parts of the language that many programs do not need: the engine creates them when a program
//! first names them. Creating them takes a tenth of the time of `sv status`.

use crate::lazy::{self, Lazy};
use core::ffi::{CStr, c_int};
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

type Add = unsafe extern "C" fn(*mut qjs::JSContext) -> c_int;

/// The parts, and the global names of each.
const PARTS: &[(Add, &[&str])] = &[
    (
        qjs::JS_AddIntrinsicMapSet,
        &["Map", "Set", "WeakMap", "WeakSet"],
    ),
    (qjs::JS_AddIntrinsicDate, &["Date"]),
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

/// The prototype of the global object: the engine asks it for names that the global object lacks.
struct Intrinsics;

impl Lazy for Intrinsics {
    const CLASS: &'static CStr = c"Intrinsics";

    fn make<'js>(ctx: &Ctx<'js>, _: Object<'js>, name: &[u8]) -> Result<Option<Object<'js>>> {
        let has = |names: &[&str]| names.iter().any(|one| one.as_bytes() == name);
        let Some((add, _)) = PARTS.iter().find(|(_, names)| has(names)) else {
            return Ok(None);
        };
        // SAFETY: the context is live, and has none of them yet; otherwise the engine would not
        // ask.
        match unsafe { add(ctx.as_raw().as_ptr()) } {
            0 => Ok(Some(ctx.globals())),
            _ => Err(Error::Exception),
        }
    }
}

/// Prepares a new context that was created without these parts.
pub fn defer(ctx: &Ctx<'_>) -> Result<()> {
    let globals = ctx.globals();
    let lazy = lazy::object::<Intrinsics>(ctx)?;
    lazy.set_prototype(globals.get_prototype().as_ref())?;
    globals.set_prototype(Some(&lazy))
}

/// Call this before the host makes an array that no program has asked for by name.
pub fn need_typed_arrays(ctx: &Ctx<'_>) -> Result<()> {
    ctx.globals().get::<_, Value>("Uint8Array").map(drop)
}
