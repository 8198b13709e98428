//! Frozen memory: the engine writes nothing to an object only because the program refers to it. So
//! a forked child shares the pages of all objects that it does not change.
//!
//! docs/engine.md describes the engine's part.

#[cfg(all(target_os = "linux", target_env = "gnu", feature = "freeze"))]
mod frozen {
    use crate::posix::limits;
    use crate::region;
    use crate::stack_limit::STACK_BYTES;
    use core::ffi::{c_int, c_void};
    use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use rquickjs::{Ctx, Error, Result, qjs};

    unsafe extern "C" {
        pub fn JS_FreezeHeap(
            runtime: *mut qjs::JSRuntime,
            start: *const c_void,
            end: *const c_void,
        ) -> c_int;
        fn JS_InitLazyFunctions(context: *mut qjs::JSContext) -> c_int;
        /// The end of the executable's own data, from where the C library's heap grows.
        static _end: u8;
    }

    static IS_STACK_DEEP: AtomicBool = AtomicBool::new(false);

    /// Freezes all objects. Does nothing if memory is limited: the rest of the C library's heap,
    /// which limited_heap.rs may have taken above the limit, would be lost. Nor if it was called
    /// before, or if the program has started from an image.
    pub fn freeze(ctx: &Ctx<'_>) -> Result<()> {
        let is_limited = [libc::RLIMIT_DATA, libc::RLIMIT_AS].iter().any(|&which| {
            limits::get(which).is_none_or(|limit| limit.rlim_cur != libc::RLIM_INFINITY)
        });
        if is_limited || region::has_begun() || region::has_image() {
            return Ok(());
        }
        prepare(ctx)?;
        // SAFETY: a live context. The C library has all its blocks between the two addresses,
        // except the largest, and the engine gets no more of them.
        unsafe {
            let context = ctx.as_raw().as_ptr();
            let (start, end) = (&raw const _end, libc::sbrk(0));
            if region::begin() {
                // A failure is harmless: children share less.
                JS_FreezeHeap(qjs::JS_GetRuntime(context), start.cast(), end);
            }
        }
        Ok(())
    }

    /// Creates the functions that would be created on first use, which changes the objects that
    /// have them.
    pub fn prepare(ctx: &Ctx<'_>) -> Result<()> {
        crate::posix::make_all(ctx)?;
        // SAFETY: a live context.
        match unsafe { JS_InitLazyFunctions(ctx.as_raw().as_ptr()) } {
            0 => Ok(()),
            _ => Err(Error::Exception),
        }
    }

    /// In a forked child: freezes what it has inherited.
    pub fn inherit(ctx: &Ctx<'_>) {
        let Some((start, end)) = region::leave_to_parent() else {
            return;
        };
        IS_STACK_DEEP.store(true, Relaxed);
        // SAFETY: a live context; the range holds the blocks that the parent has made.
        unsafe {
            let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
            JS_FreezeHeap(runtime, start as *const c_void, end as *const c_void);
        }
    }

    /// In a forked child that is about to sleep for the first time: gives back the stack below
    /// here, because its start went deeper than the rest of its life will.
    pub fn trim_stack() {
        const PAGE_BYTES: usize = 4096;
        /// Below this function's frame there are those of the calls that it makes, and a zone that
        /// the processor's calling convention lets the caller use.
        const KEPT_BYTES: usize = 2048;
        if !IS_STACK_DEEP.swap(false, Relaxed) {
            return;
        }
        let here = 0_u8;
        let top = ((&raw const here).addr() - KEPT_BYTES) / PAGE_BYTES * PAGE_BYTES;
        // SAFETY: memory of the stack that nobody uses.
        unsafe {
            libc::madvise(
                (top - STACK_BYTES) as *mut c_void,
                STACK_BYTES,
                libc::MADV_DONTNEED,
            )
        };
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu", feature = "freeze"))]
pub use frozen::{JS_FreezeHeap, freeze, inherit, prepare, trim_stack};

#[cfg(not(all(target_os = "linux", target_env = "gnu", feature = "freeze")))]
mod unfrozen {
    use rquickjs::{Ctx, Result};

    pub fn freeze(_: &Ctx<'_>) -> Result<()> {
        Ok(())
    }

    pub fn inherit(_: &Ctx<'_>) {}

    pub fn trim_stack() {}
}

#[cfg(not(all(target_os = "linux", target_env = "gnu", feature = "freeze")))]
pub use unfrozen::{freeze, inherit, trim_stack};
