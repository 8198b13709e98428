//! Children whose exec takes so long that this process has continued.

use super::tail::Tail;
use crate::numbers::Int;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::c_int;
use core::sync::atomic::Ordering::SeqCst;
use rquickjs::{Ctx, Result, Value};

struct Late {
    pid: c_int,
    tail: &'static Tail,
}

impl Late {
    /// Whether the child has executed its program, or has ended.
    fn has_left(&self) -> bool {
        self.tail.presence.load(SeqCst) == 0
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        // SAFETY: the caller has checked that the child has left; nothing else here holds the tail.
        unsafe { self.tail.free() };
    }
}

struct List(RefCell<Vec<Late>>);

// SAFETY: the process has one thread, always.
unsafe impl Sync for List {}

static LATE: List = List(RefCell::new(Vec::new()));

pub fn keep(pid: c_int, tail: &'static Tail) {
    LATE.0.borrow_mut().push(Late { pid, tail });
}

/// Drops the children that have executed their program, or were killed before. @returns whether any
/// is left
pub fn sweep() -> bool {
    let mut list = LATE.0.borrow_mut();
    list.retain(|late| !late.has_left() || late.tail.failure() != 0);
    list.iter().any(|late| !late.has_left())
}

/// Whether this process has continued before the child's exec.
pub fn is_pending(_: &Ctx<'_>, pid: Int<c_int>) -> Result<bool> {
    let list = LATE.0.borrow();
    Ok(list.iter().any(|late| late.pid == pid.0))
}

/// The error of the exec of such a child, which has ended; `undefined` if the exec did not fail.
/// Call it once.
pub fn exec_error<'js>(ctx: &Ctx<'js>, pid: Int<c_int>) -> Result<Option<Value<'js>>> {
    let mut list = LATE.0.borrow_mut();
    let Some(at) = list.iter().position(|late| late.pid == pid.0) else {
        return Ok(None);
    };
    let late = list.swap_remove(at);
    match late.tail.failure() {
        0 => Ok(None),
        errno => late.tail.error(ctx, errno).map(Some),
    }
}
