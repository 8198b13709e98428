//! Frozen memory: the engine writes nothing to an object only because the program refers to it. So
//! a forked child shares the pages of all objects that it does not change.
//!
//! docs/engine.md describes the engine's part.

#[cfg(all(target_os = "linux", feature = "freeze"))]
mod frozen {
    use crate::posix::limits;
    use crate::region;
    use crate::seal::Program;
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
        fn JS_InitLiteralShapes(context: *mut qjs::JSContext) -> c_int;
        /// The end of the executable's own data, from where the C library's heap grows.
        #[cfg(target_env = "gnu")]
        static _end: u8;
    }

    static IS_FROZEN: AtomicBool = AtomicBool::new(false);
    static IS_STACK_DEEP: AtomicBool = AtomicBool::new(false);

    /// Begins the region before there are objects, in a program that will freeze them, for a C
    /// library that does not have all its blocks between two addresses.
    #[cfg(not(target_env = "gnu"))]
    pub fn begin(program: &Program<'_>) {
        // In the memory of a program that ends soon, freed blocks of the region would only be lost.
        if program.name == b"runsvdir" && !is_limited() {
            region::begin(region::BYTES, 0);
        }
    }

    #[cfg(target_env = "gnu")]
    pub fn begin(_: &Program<'_>) {}

    /// Freezes all objects. Does nothing if memory is limited: the rest of the C library's heap,
    /// which limited_heap.rs may have taken above the limit, would be lost. Nor if it was called
    /// before, or if the program has started from an image.
    pub fn freeze(ctx: &Ctx<'_>) -> Result<()> {
        if is_limited() || region::has_image() || IS_FROZEN.swap(true, Relaxed) {
            return Ok(());
        }
        prepare(ctx)?;
        if let Some((start, end)) = blocks() {
            // SAFETY: a live context; all the engine's blocks are between the two addresses, except
            // the largest, and it gets no more of them.
            unsafe {
                let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
                // A failure is harmless: children share less.
                JS_FreezeHeap(runtime, start as *const c_void, end as *const c_void);
            }
        }
        Ok(())
    }

    fn is_limited() -> bool {
        [libc::RLIMIT_DATA, libc::RLIMIT_AS].iter().any(|&which| {
            limits::get(which).is_none_or(|limit| limit.rlim_cur != libc::RLIM_INFINITY)
        })
    }

    /// The addresses between which the engine's blocks are; new ones will lie elsewhere. `None` if
    /// there is no room for those.
    #[cfg(target_env = "gnu")]
    fn blocks() -> Option<(usize, usize)> {
        // SAFETY: asks for the end of the C library's heap.
        let range = unsafe { ((&raw const _end).addr(), libc::sbrk(0).addr()) };
        region::begin(region::BYTES, 0).then_some(range)
    }

    #[cfg(not(target_env = "gnu"))]
    fn blocks() -> Option<(usize, usize)> {
        region::leave_to_parent()
    }

    /// Creates the functions that would be created on first use, which changes the objects that
    /// have them, and the shapes of object literals.
    pub fn prepare(ctx: &Ctx<'_>) -> Result<()> {
        crate::posix::make_all(ctx)?;
        let context = ctx.as_raw().as_ptr();
        // SAFETY: a live context.
        let done = unsafe { JS_InitLazyFunctions(context) | JS_InitLiteralShapes(context) };
        if done == 0 {
            Ok(())
        } else {
            Err(Error::Exception)
        }
    }

    /// In a forked child: freezes what it has inherited.
    pub fn inherit(ctx: &Ctx<'_>) {
        if is_limited() {
            return;
        }
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

#[cfg(all(target_os = "linux", feature = "freeze"))]
pub use frozen::{JS_FreezeHeap, begin, freeze, inherit, prepare, trim_stack};

#[cfg(not(all(target_os = "linux", feature = "freeze")))]
mod unfrozen {
    use crate::seal::Program;
    use rquickjs::{Ctx, Result};

    pub fn begin(_: &Program<'_>) {}

    pub fn freeze(_: &Ctx<'_>) -> Result<()> {
        Ok(())
    }

    pub fn inherit(_: &Ctx<'_>) {}

    pub fn trim_stack() {}
}

#[cfg(not(all(target_os = "linux", feature = "freeze")))]
pub use unfrozen::{begin, freeze, inherit, trim_stack};
