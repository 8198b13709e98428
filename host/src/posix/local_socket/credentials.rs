//! Abstract names and the credentials of senders, which only Linux has.

use crate::bytes::{Bytes, Name};
use crate::errno::{self, check};
use crate::numbers::Int;
use core::ffi::c_int;
use rquickjs::{Ctx, Object, Result, Value};

const DATAGRAM_MAX: usize = 8_192;
/// `CMSG_SPACE(sizeof(struct ucred))`.
// SAFETY: a calculation.
const CONTROL_BYTES: usize = unsafe { libc::CMSG_SPACE(size_of::<libc::ucred>() as _) } as usize;

/// Room for the control message, aligned as a `cmsghdr` is.
#[repr(C, align(8))]
struct Room([u8; CONTROL_BYTES]);

/// `bind(socket, an abstract name)`.
///
/// # Errors
/// `ENAMETOOLONG`; `ENOSYS` on systems other than Linux.
///
/// # References
/// bind(2); unix(7): the name follows a NUL, and its length is that of the address.
pub fn bind_abstract(ctx: &Ctx<'_>, socket: Int<c_int>, name: Name) -> Result<()> {
    // SAFETY: all zeros is a valid sockaddr_un.
    let mut address: libc::sockaddr_un = unsafe { core::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    let name = name.as_c_str().to_bytes();
    let Some(path) = address.sun_path.get_mut(1..=name.len()) else {
        return Err(errno::throw_number(ctx, "bind", None, libc::ENAMETOOLONG));
    };
    for (to, &from) in path.iter_mut().zip(name) {
        *to = from as _;
    }
    let length = core::mem::offset_of!(libc::sockaddr_un, sun_path) + 1 + name.len();
    // SAFETY: the address lives through the call, and is at least as long as `length`.
    let done = unsafe {
        let address = (&raw const address).cast();
        libc::bind(socket.0, address, length as libc::socklen_t)
    };
    check(ctx, "bind", None, done).map(drop)
}

/// `setsockopt(socket, SO_PASSCRED, 1)`.
///
/// # Errors
/// `ENOSYS` on systems other than Linux.
///
/// # References
/// unix(7).
pub fn pass_credentials(ctx: &Ctx<'_>, socket: Int<c_int>) -> Result<()> {
    let on: c_int = 1;
    // SAFETY: the number lives through the call, which gets its size.
    let done = unsafe {
        libc::setsockopt(
            socket.0,
            libc::SOL_SOCKET,
            libc::SO_PASSCRED,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    check(ctx, "setsockopt", None, done).map(drop)
}

/// `recvmsg(socket)`, with room for credentials and nothing else: the kernel closes descriptors
/// that find none.
///
/// # References
/// recvmsg(2), cmsg(3); unix(7) SCM_CREDENTIALS, SCM_RIGHTS.
pub fn receive<'js>(
    ctx: &Ctx<'js>,
    socket: Int<c_int>,
    max: Int<u32>,
) -> Result<Option<Value<'js>>> {
    let mut bytes = [0u8; DATAGRAM_MAX];
    let mut room = Room([0; CONTROL_BYTES]);
    let mut part = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: (max.0 as usize).min(DATAGRAM_MAX),
    };
    // SAFETY: all zeros is a valid msghdr.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = (&raw mut room).cast();
    message.msg_controllen = CONTROL_BYTES as _;
    // SAFETY: the buffers live through the call, which gets their sizes.
    let count = unsafe { libc::recvmsg(socket.0, &raw mut message, libc::MSG_CMSG_CLOEXEC) };
    if count == -1 && errno::last() == libc::EAGAIN {
        return Ok(None);
    }
    let count = check(ctx, "recvmsg", None, count)? as usize;
    // SAFETY: the kernel has filled the room, and has set its length; the header is aligned.
    let sender = unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        let is_sender = !header.is_null()
            && (*header).cmsg_level == libc::SOL_SOCKET
            && (*header).cmsg_type == libc::SCM_CREDENTIALS;
        is_sender.then(|| {
            libc::CMSG_DATA(header)
                .cast::<libc::ucred>()
                .read_unaligned()
        })
    };
    let Some(sender) = sender else {
        return Ok(None);
    };
    let datagram = Object::new(ctx.clone())?;
    datagram.set("bytes", Bytes(&bytes[..count]))?;
    datagram.set("pid", sender.pid)?;
    datagram.set("uid", sender.uid)?;
    datagram.set("isCut", message.msg_flags & libc::MSG_TRUNC != 0)?;
    Ok(Some(datagram.into_value()))
}
