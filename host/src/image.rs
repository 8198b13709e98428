//! An image of the engine's memory in the executable: a program that lives for a moment starts from
//! it. Creating the engine's objects and reading the bytecode would take most of its time.
//!
//! The build runs the sealed executable once; [`make`] goes as far as the first step of the program
//! and writes the memory to standard output, and build/seal.ts puts it where it was. So all
//! addresses stay the same, which takes an executable with fixed addresses. At run time the image
//! is frozen memory (freeze.rs): only pages that the program changes are copied. docs/engine.md
//! says what an image must not hold.

#[cfg(all(target_os = "linux", feature = "freeze"))]
mod frozen {
    use crate::freeze::{self, JS_FreezeHeap};
    use crate::posix;
    use crate::seal::{self, Program};
    use crate::{engine, fatal, region, stack_limit};
    use core::ffi::c_void;
    use core::ptr::NonNull;
    use rquickjs::{Ctx, Result, qjs};

    /// What the image begins with.
    struct Root {
        context: *mut qjs::JSContext,
        module: qjs::JSValue,
        posix: *mut c_void,
    }

    /// Makes `bytes` at `start` accessible. It may fail because of a limit on data, or because the
    /// system's pages are larger than the build's.
    fn unlock(start: *mut u8, bytes: usize) -> bool {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the part of the payload that is reserved for the image.
        unsafe { libc::mprotect(start.cast(), bytes, access) == 0 }
    }

    /// Writes the image of the program to standard output and exits, if the build has asked for it.
    pub fn make(program: &Program<'static>) {
        let Some((start, room)) = seal::room_for_image() else {
            return;
        };
        if !unlock(start, room) {
            fatal::exit(program.name, b"unable to make an image");
        }
        region::begin_at(start.addr() + size_of::<Root>(), start.addr() + room);
        let Some(context) = engine::context() else {
            fatal::exit(
                program.name,
                b"out of memory: raise CAPACITY in host/src/seal.rs",
            );
        };
        context.with(|ctx| {
            let Ok(module) = load(&ctx, program) else {
                fatal::exit(program.name, &engine::describe(&ctx));
            };
            // SAFETY: a live context; the root lies before the region; nothing of the memory is
            // freed, because the process exits.
            unsafe {
                let context = ctx.as_raw().as_ptr();
                // Freezes nothing, but enlarges the tables that would soon be enlarged.
                JS_FreezeHeap(
                    qjs::JS_GetRuntime(context),
                    core::ptr::null(),
                    core::ptr::null(),
                );
                let posix = posix::object();
                start.cast::<Root>().write(Root {
                    context,
                    module,
                    posix,
                });
                let end = region::end_of_pages();
                let image = core::slice::from_raw_parts(start, end - start.addr());
                match libc::write(libc::STDOUT_FILENO, image.as_ptr().cast(), image.len()) {
                    written if written == image.len() as isize => fatal::end(0),
                    _ => fatal::exit(program.name, b"unable to write the image"),
                }
            }
        })
    }

    fn load(ctx: &Ctx<'_>, program: &Program<'static>) -> Result<qjs::JSValue> {
        engine::prepare(ctx)?.eval()?;
        while ctx.execute_pending_job() {}
        freeze::prepare(ctx)?;
        engine::load(ctx, program.bytecode)
    }

    /// The context and the module of the program, as they are before its first step. `None` if
    /// there is no image of it.
    pub fn restore(program: &Program<'static>) -> Option<(Ctx<'static>, qjs::JSValue)> {
        let (start, bytes) = seal::image_of(program)?;
        if !unlock(start, bytes) {
            return None;
        }
        let (first, end) = (start.addr(), start.addr() + bytes);
        region::keep_image(first, end);
        // SAFETY: the same host made the image, at this address, and nothing else is there.
        unsafe {
            let root = start.cast::<Root>().read();
            posix::set_object(root.posix);
            let runtime = qjs::JS_GetRuntime(root.context);
            JS_FreezeHeap(runtime, first as *const c_void, end as *const c_void);
            qjs::JS_UpdateStackTop(runtime);
            qjs::JS_SetMaxStackSize(runtime, stack_limit::measure() as _);
            Some((
                Ctx::from_raw(NonNull::new_unchecked(root.context)),
                root.module,
            ))
        }
    }
}

#[cfg(all(target_os = "linux", feature = "freeze"))]
pub use frozen::{make, restore};

#[cfg(not(all(target_os = "linux", feature = "freeze")))]
mod unfrozen {
    use crate::seal::Program;
    use rquickjs::{Ctx, qjs};

    pub fn make(_: &Program<'static>) {}

    pub fn restore(_: &Program<'static>) -> Option<(Ctx<'static>, qjs::JSValue)> {
        None
    }
}

#[cfg(not(all(target_os = "linux", feature = "freeze")))]
pub use unfrozen::{make, restore};
