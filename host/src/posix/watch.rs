//! Watches directories and the paths that lead to them: the descriptor is readable after a change.
//!
//! inotify(7) on Linux, whose events name the entry; kqueue(2) on the BSDs and macOS, whose events
//! only say that a directory has changed. With the feature `portable`, inotify reports no more than
//! kqueue does.

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(not(target_os = "linux"))]
mod kqueue;

#[cfg(target_os = "linux")]
pub use inotify::{add, open, read, remove};
#[cfg(not(target_os = "linux"))]
pub use kqueue::{add, close, open, read, remove};

use crate::bytes::Bytes;
use alloc::vec::Vec;
use core::ffi::c_int;
use rquickjs::{Ctx, IntoJs, Object, Result, Value};

/// A change; `WatchEvent` in posix.d.ts.
pub struct WatchEvent {
    id: c_int,
    name: Option<Vec<u8>>,
    ended: bool,
    overflow: bool,
}

impl<'js> IntoJs<'js> for WatchEvent {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("id", self.id)?;
        object.set("name", self.name.as_deref().map(Bytes))?;
        object.set("ended", self.ended)?;
        object.set("overflow", self.overflow)?;
        object.into_js(ctx)
    }
}
