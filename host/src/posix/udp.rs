//! Datagrams over IPv4.

use crate::bytes::Chunk;
use crate::errno::check;
use crate::numbers::Int;
use core::ffi::c_int;
use rquickjs::{Ctx, Result};

/// `socket(AF_INET, SOCK_DGRAM, 0)`, non-blocking.
///
/// # References
/// socket(2), udp(7); macOS does not have SOCK_CLOEXEC, and sets the flags afterwards.
pub fn socket(ctx: &Ctx<'_>) -> Result<c_int> {
    datagram_socket(ctx, libc::AF_INET)
}

/// `socket(family, SOCK_DGRAM, 0)`, non-blocking.
pub fn datagram_socket(ctx: &Ctx<'_>, family: c_int) -> Result<c_int> {
    #[cfg(not(target_vendor = "apple"))]
    let flags = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    #[cfg(target_vendor = "apple")]
    let flags = 0;
    // SAFETY: no memory is passed.
    let socket = unsafe { libc::socket(family, libc::SOCK_DGRAM | flags, 0) };
    #[cfg(target_vendor = "apple")]
    // SAFETY: no memory is passed.
    unsafe {
        if socket >= 0 {
            libc::fcntl(socket, libc::F_SETFD, libc::FD_CLOEXEC);
            libc::fcntl(socket, libc::F_SETFL, libc::O_NONBLOCK);
        }
    }
    check(ctx, "socket", None, socket)
}

/// `sendto(socket, bytes, 0, address and port)`.
///
/// # References
/// sendto(2), ip(7).
pub fn send(
    ctx: &Ctx<'_>,
    socket: Int<c_int>,
    address: Int<u32>,
    port: Int<u16>,
    bytes: Chunk<'_>,
) -> Result<()> {
    let (memory, length) = bytes.memory(ctx)?;
    // SAFETY: all zeros is a valid sockaddr_in.
    let mut to: libc::sockaddr_in = unsafe { core::mem::zeroed() };
    to.sin_family = libc::AF_INET as libc::sa_family_t;
    to.sin_port = port.0.to_be();
    to.sin_addr.s_addr = address.0.to_be();
    // SAFETY: `to` lives through the call, which gets its size; no JavaScript runs until the call
    // returns, so the bytes stay in place.
    let sent = unsafe {
        libc::sendto(
            socket.0,
            memory.cast(),
            length,
            0,
            (&raw const to).cast(),
            size_of_val(&to) as libc::socklen_t,
        )
    };
    check(ctx, "sendto", None, if sent < 0 { -1 } else { 0 }).map(drop)
}
