//! The programs that are sealed into this executable.

use crate::bytes::{ByteString, Bytes};
use crate::seal::{self, Program};
use rquickjs::{Ctx, Exception, IntoJs, Module, Object, Result, Value};

fn sealed(name: &ByteString<'_>) -> Option<Program<'static>> {
    seal::named(seal::payload(), name.as_bytes())
}

/// Evaluates a further program; what its module exports.
///
/// # Errors
/// `RangeError` where none is sealed under that name.
pub fn load<'js>(ctx: &Ctx<'js>, name: ByteString<'js>) -> Result<Object<'js>> {
    let Some(program) = sealed(&name) else {
        return Err(Exception::throw_range(ctx, "no such program"));
    };
    // SAFETY: written by runits-compile, which is built with this very engine, and sealed with it.
    let module = unsafe { Module::load(ctx.clone(), program.bytecode)? };
    let (module, finished) = module.eval()?;
    // It waits for nothing, so it is evaluated by now.
    finished.result::<Value<'js>>().transpose()?;
    module.namespace()
}

/// The table by which positions in a program's bundle are told as positions in sources.
pub fn trace_table<'js>(ctx: &Ctx<'js>, name: ByteString<'js>) -> Result<Value<'js>> {
    Bytes(sealed(&name).map_or(b"", |program| program.trace_table)).into_js(ctx)
}
