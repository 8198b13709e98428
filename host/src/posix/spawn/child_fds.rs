//! The descriptors of a child.

use crate::numbers::Int;
use crate::posix::fd;
use core::ffi::{c_int, c_uint};
use rquickjs::{Ctx, FromJs, Object, Result, Value};

/// `ChildFds` in posix.d.ts.
pub struct ChildFds {
    stdin: Option<c_int>,
    stdout: Option<c_int>,
    pub close_from: Option<c_uint>,
}

impl<'js> FromJs<'js> for ChildFds {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let object = Object::from_js(ctx, value)?;
        let number = |name| -> Result<Option<c_int>> {
            Ok(object.get::<_, Option<Int<c_int>>>(name)?.map(|int| int.0))
        };
        Ok(ChildFds {
            stdin: number("stdin")?,
            stdout: number("stdout")?,
            close_from: object
                .get::<_, Option<Int<c_uint>>>("closeFrom")?
                .map(|int| int.0),
        })
    }
}

impl ChildFds {
    fn standard(&self) -> [(Option<c_int>, c_int); 2] {
        [
            (self.stdin, libc::STDIN_FILENO),
            (self.stdout, libc::STDOUT_FILENO),
        ]
    }

    /// In the child: moves standard input and output into place; `false` after a failure, and sets
    /// errno.
    pub fn install(&self) -> bool {
        self.standard()
            .iter()
            .all(|&(from, to)| from.is_none_or(|from| fd::copy(from, to) != -1))
    }
}

/// The standard input and output of this process that a child replaces for itself while it shares
/// this process's descriptors.
#[cfg(linux_calls)]
pub struct SavedStdio([Option<Saved>; 2]);

#[cfg(linux_calls)]
struct Saved {
    fd: c_int,
    copy: c_int,
    flags: c_int,
}

#[cfg(linux_calls)]
impl SavedStdio {
    /// `None` if there is no free descriptor.
    pub fn save(fds: &ChildFds) -> Option<Self> {
        let [stdin, stdout] = fds.standard().map(|(from, to)| match from {
            Some(_) => Saved::new(to).map(Some),
            None => Some(None),
        });
        Some(SavedStdio([stdin?, stdout?]))
    }

    pub fn restore(&self) {
        for saved in self.0.iter().flatten() {
            saved.restore();
        }
    }
}

#[cfg(linux_calls)]
impl Saved {
    fn new(fd: c_int) -> Option<Self> {
        // SAFETY: no memory is passed.
        let [copy, flags] = unsafe {
            [
                libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1),
                libc::fcntl(fd, libc::F_GETFD),
            ]
        };
        (copy != -1).then_some(Saved { fd, copy, flags })
    }

    fn restore(&self) {
        let is_closed_on_exec = self.flags & libc::FD_CLOEXEC != 0;
        let flags = if is_closed_on_exec {
            libc::O_CLOEXEC
        } else {
            0
        };
        // SAFETY: no memory is passed. The call cannot fail: both are open.
        unsafe { libc::dup3(self.copy, self.fd, flags) };
    }
}

#[cfg(linux_calls)]
impl Drop for Saved {
    fn drop(&mut self) {
        // SAFETY: opened by `new`.
        unsafe { libc::close(self.copy) };
    }
}
