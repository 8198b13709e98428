//! Datagrams between the processes of this machine, with the credentials of their senders.

#[cfg(not(linux_calls))]
mod absent;
#[cfg(linux_calls)]
mod credentials;

#[cfg(not(linux_calls))]
pub use absent::{bind_abstract, pass_credentials, receive};
#[cfg(linux_calls)]
pub use credentials::{bind_abstract, pass_credentials, receive};

use core::ffi::c_int;
use rquickjs::{Ctx, Result};

/// `socket(AF_UNIX, SOCK_DGRAM, 0)`, non-blocking.
///
/// # References
/// socket(2), unix(7); macOS does not have SOCK_CLOEXEC, and sets the flags afterwards.
pub fn open(ctx: &Ctx<'_>) -> Result<c_int> {
    super::udp::datagram_socket(ctx, libc::AF_UNIX)
}
