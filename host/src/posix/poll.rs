//! Waits until a descriptor is ready: the only call that sleeps.

use crate::errno::check;
use crate::freeze;
use crate::numbers::Int;
use core::ffi::c_int;
use rquickjs::{ArrayBuffer, Ctx, Exception, Result};

/// `poll(set, count, timeout_ms)`, in the buffer's own memory.
///
/// # Errors
/// `EINTR`; `RangeError` if the buffer is shorter than `count` records, or not aligned for them.
///
/// # References
/// poll(2).
pub fn poll(
    ctx: &Ctx<'_>,
    set: ArrayBuffer<'_>,
    count: Int<u32>,
    timeout_ms: Int<c_int>,
) -> Result<c_int> {
    let Some(memory) = set.as_raw() else {
        return Err(Exception::throw_type(
            ctx,
            "the buffer of the set was taken away",
        ));
    };
    let count = count.0 as usize;
    let records = memory.cast::<libc::pollfd>();
    if memory.len() / size_of::<libc::pollfd>() < count || !records.is_aligned() {
        return Err(Exception::throw_range(
            ctx,
            "more descriptors to poll than the buffer holds",
        ));
    }
    if timeout_ms.0 == -1 {
        freeze::trim_stack();
    }
    // SAFETY: the memory is aligned and has `count` records, as was checked; any bytes are a valid
    // pollfd; no JavaScript runs during the call.
    let ready = unsafe { libc::poll(records.as_ptr(), count as libc::nfds_t, timeout_ms.0) };
    check(ctx, "poll", None, ready)
}
