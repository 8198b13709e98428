//! On systems other than Linux: each call fails with `ENOSYS`.

use crate::bytes::Name;
use crate::errno::{absent, check};
use crate::numbers::Int;
use core::ffi::c_int;
use rquickjs::{Ctx, Result, Value};

pub fn bind_abstract(ctx: &Ctx<'_>, _: Int<c_int>, _: Name) -> Result<()> {
    check(ctx, "bind", None, absent()).map(drop)
}

pub fn pass_credentials(ctx: &Ctx<'_>, _: Int<c_int>) -> Result<()> {
    check(ctx, "setsockopt", None, absent()).map(drop)
}

pub fn receive<'js>(ctx: &Ctx<'js>, _: Int<c_int>, _: Int<u32>) -> Result<Option<Value<'js>>> {
    check(ctx, "recvmsg", None, absent()).map(|_| None)
}
