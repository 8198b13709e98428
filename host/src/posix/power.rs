//! Writes everything to the disks, and ends the system or its pid namespace.

use crate::bytes::ByteString;
use crate::errno::check;
use core::ffi::c_int;
use rquickjs::{Ctx, Exception, Result};

/// `sync()`. It cannot fail.
///
/// # References
/// sync(2): Linux waits until everything is written.
pub fn sync(_: &Ctx<'_>) -> Result<()> {
    // SAFETY: no memory is passed.
    unsafe { libc::sync() };
    Ok(())
}

/// `reboot(how)`: returns for `"ctrl-alt-del"`, and in a pid namespace, which the kernel then ends.
///
/// # Errors
/// `EPERM`: no right to; `ENOSYS` on systems other than Linux.
///
/// # References
/// reboot(2): RB_DISABLE_CAD for `"ctrl-alt-del"`.
pub fn reboot(ctx: &Ctx<'_>, how: ByteString<'_>) -> Result<()> {
    let Some(done) = call(how.as_bytes()) else {
        return Err(Exception::throw_type(ctx, "not a way to reboot"));
    };
    check(ctx, "reboot", None, done).map(drop)
}

/// `None` if there is no such way.
fn call(how: &[u8]) -> Option<c_int> {
    #[cfg(linux_calls)]
    let way = match how {
        b"reboot" => libc::RB_AUTOBOOT,
        b"power-off" => libc::RB_POWER_OFF,
        b"halt" => libc::RB_HALT_SYSTEM,
        b"ctrl-alt-del" => libc::RB_DISABLE_CAD,
        _ => return None,
    };
    #[cfg(linux_calls)]
    // SAFETY: no memory is passed.
    return Some(unsafe { libc::reboot(way) });
    #[cfg(not(linux_calls))]
    {
        let _ = how;
        Some(crate::errno::absent())
    }
}
