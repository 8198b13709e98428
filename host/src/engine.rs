//! The engine: the subset of JavaScript that a program gets, and how a program is run.

use crate::bytes::ByteString;
#[cfg(all(target_os = "linux", feature = "freeze"))]
use crate::engine_heap::EngineHeap;
use crate::fatal;
use crate::freeze;
use crate::image;
use crate::intrinsics;
#[cfg(linux_calls)]
use crate::limited_heap;
use crate::posix::Posix;
use crate::region;
use crate::seal::Program;
use crate::stack_limit;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::hint::black_box;
use rquickjs::context::intrinsic::{Json, Promise};
use rquickjs::{Context, Ctx, Error, FromJs, Module, Result, Runtime, Value, qjs};

/// The heap size at which the engine first looks for cyclic garbage; reference counts free all
/// other garbage at once. It is larger than the heap of a program that has just started: a
/// collection writes to every object, which costs time at the start, and in a forked child a copy
/// of every page of the heap.
const COLLECT_FROM_BYTES: usize = 1536 * 1024;

/// Heap that every program needs beyond the C library's heap at its start. It is requested all at
/// once, because the engine does not survive running out of memory while it is created.
const HEAP_BYTES: usize = 96 * 1024;

/// As much in a region, which has nothing at its start.
const HEAP_BYTES_IN_REGION: usize = 304 * 1024;

/// The objects that exist from the start, besides objects, functions, strings, numbers and errors;
/// intrinsics.rs adds others on request. Left out, because making each costs time at every start:
/// RegExp, Proxy, WeakRef, Eval. Promise is included because evaluating a module returns one.
type Intrinsics = (Json, Promise);

/// Runs a program to the end of its module, and returns the exit code: 0. Most programs call
/// posix.exit before. An exception that nobody catches is printed, and ends the process with 111.
pub fn run(program: &Program<'static>) -> c_int {
    if !has_heap() {
        fatal::exit_at_once(b"runits: fatal: out of memory\n");
    }
    image::make(program);
    if let Some((ctx, module)) = image::restore(program) {
        run_module(program, &ctx, Ok(module))
    }
    if is_supervisor(program) && stack_limit::measure() < stack_limit::LEAST_FOR_SUPERVISORS {
        fatal::exit(program.name, b"out of stack: raise ulimit -s");
    }
    freeze::begin(program);
    let Some(context) = context() else {
        fatal::exit(program.name, b"out of memory");
    };
    context.with(|ctx| {
        let module = prepare(&ctx).and_then(|_| load(&ctx, program.bytecode));
        run_module(program, &ctx, module)
    })
}

fn is_supervisor(program: &Program<'_>) -> bool {
    [&b"runsvdir"[..], b"runsv"].contains(&program.name)
}

/// @param module what [`load`] has returned
fn run_module<'js>(program: &Program<'_>, ctx: &Ctx<'js>, module: Result<qjs::JSValue>) -> ! {
    if module.and_then(|module| evaluate(ctx, module)).is_err() {
        fatal::exit(program.name, &describe(ctx));
    }
    // Exit without freeing the heap, which would be useless work.
    fatal::end(0)
}

fn has_heap() -> bool {
    #[cfg(linux_calls)]
    limited_heap::take();
    if region::has_begun() {
        return region::reserve(HEAP_BYTES_IN_REGION);
    }
    // SAFETY: the memory is not used after it is freed.
    unsafe {
        let heap = black_box(libc::malloc(HEAP_BYTES)); // else the compiler removes both calls
        libc::free(heap);
        !heap.is_null()
    }
}

pub fn context() -> Option<Context> {
    let runtime = new_runtime().ok()?;
    runtime.set_max_stack_size(stack_limit::measure());
    runtime.set_gc_threshold(COLLECT_FROM_BYTES);
    Context::custom::<Intrinsics>(&runtime).ok()
}

#[cfg(all(target_os = "linux", feature = "freeze"))]
fn new_runtime() -> Result<Runtime> {
    Runtime::new_with_alloc(EngineHeap)
}

#[cfg(not(all(target_os = "linux", feature = "freeze")))]
fn new_runtime() -> Result<Runtime> {
    Runtime::new()
}

/// What a program finds before it is loaded. @returns the module posix
pub fn prepare<'js>(ctx: &Ctx<'js>) -> Result<Module<'js>> {
    intrinsics::defer(ctx)?;
    Module::declare_def::<Posix, _>(ctx.clone(), "posix")
}

/// The module of a program, before its first step.
pub fn load(ctx: &Ctx<'_>, bytecode: &[u8]) -> Result<qjs::JSValue> {
    let flags = qjs::JS_READ_OBJ_BYTECODE | qjs::JS_READ_OBJ_ROM_DATA;
    // SAFETY: written by runits-compile, which is built with this same engine, and sealed together
    // with it.
    let module = unsafe {
        let context = ctx.as_raw().as_ptr();
        qjs::JS_ReadObject(
            context,
            bytecode.as_ptr(),
            bytecode.len() as _,
            flags as c_int,
        )
    };
    // SAFETY: it is a value.
    match unsafe { qjs::JS_IsException(module) } {
        true => Err(Error::Exception),
        false => Ok(module),
    }
}

fn evaluate(ctx: &Ctx<'_>, module: qjs::JSValue) -> Result<()> {
    // SAFETY: a module that is evaluated for the first time; we own the result.
    let finished = unsafe {
        let finished = qjs::JS_EvalFunction(ctx.as_raw().as_ptr(), module);
        Value::from_raw(ctx.clone(), finished)
    };
    let Some(finished) = finished.as_promise() else {
        return Err(Error::Exception);
    };
    while ctx.execute_pending_job() {}
    match finished.result::<Value<'_>>() {
        Some(result) => result.map(|_| ()),
        None => Ok(()),
    }
}

/// The engine's messages when it is out of memory: the second if it has no memory left for the
/// first.
const OUT_OF_MEMORY: [&[u8]; 2] = [b"out of memory", b"Invalid error message"];

/// Formats `uncaught exception: NAME: message` and the stack, for people. Positions are those in
/// the bundle. If a limit was reached, one line, worded as in base/trace.ts.
pub fn describe(ctx: &Ctx<'_>) -> Vec<u8> {
    let thrown = ctx.catch();
    let Some(object) = thrown.as_object() else {
        return b"out of memory".to_vec(); // even to get the error itself: programs throw errors
    };
    let mut text = b"uncaught exception: ".to_vec();
    let property = |name: &str| {
        let value: Value = object.get(name).ok()?;
        bytes_of(ctx, value)
    };
    match (property("name"), property("message")) {
        (_, Some(message)) if OUT_OF_MEMORY.contains(&message.as_slice()) => {
            return b"out of memory".to_vec();
        }
        (_, Some(message)) if message == b"Maximum call stack size exceeded" => {
            return b"out of stack: raise ulimit -s".to_vec();
        }
        (Some(name), Some(message)) => {
            text.extend(name);
            text.extend(b": ");
            text.extend(message);
        }
        _ => return b"out of memory".to_vec(), // even to read them
    }
    if let Some(stack) = property("stack") {
        text.push(b'\n');
        text.extend(stack.trim_ascii_end());
    }
    text
}

/// A string as it is to be written: as bytes, or as UTF-8 if a character does not fit a byte.
fn bytes_of<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Option<Vec<u8>> {
    let string = value.as_string()?.clone();
    if let Ok(bytes) = ByteString::from_js(ctx, value) {
        return Some(bytes.as_bytes().to_vec());
    }
    ctx.catch(); // clears the RangeError
    Some(string.to_cstring().ok()?.as_str().as_bytes().to_vec())
}
