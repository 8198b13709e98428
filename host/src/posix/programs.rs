//! The programs sealed into this executable.

use crate::bytes::{ByteString, Bytes};
use crate::seal::{self, Program};
use rquickjs::{Ctx, Exception, IntoJs, Module, Object, Result, Value};

fn sealed(name: &ByteString<'_>) -> Option<Program<'static>> {
    seal::named(seal::payload(), name.as_bytes())
}

/// Evaluates another program, and returns the exports of its module.
///
/// # Errors
/// `RangeError` if there is no sealed program of that name.
pub fn load<'js>(ctx: &Ctx<'js>, name: ByteString<'js>) -> Result<Object<'js>> {
    let Some(program) = sealed(&name) else {
        return Err(Exception::throw_range(ctx, "no such program"));
    };
    // SAFETY: written by runits-compile, which is built with this same engine, and sealed together
    // with it.
    let module = unsafe { Module::load(ctx.clone(), program.bytecode)? };
    let (module, finished) = module.eval()?;
    // The module awaits nothing, so it has been evaluated by now.
    finished.result::<Value<'js>>().transpose()?;
    module.namespace()
}

/// The table that maps positions in a program's bundle to positions in its sources.
pub fn trace_table<'js>(ctx: &Ctx<'js>, name: ByteString<'js>) -> Result<Value<'js>> {
    Bytes(sealed(&name).map_or(b"", |program| program.trace_table)).into_js(ctx)
}
