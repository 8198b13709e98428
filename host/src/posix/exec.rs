//! Executes another program in this process.

use crate::arguments;
use crate::bytes::Name;
use crate::errno;
use crate::posix::signal;
use crate::posix::spawn::raw;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use rquickjs::{Ctx, FromJs, Object, Result, Value};

/// The arguments of execve(2); `Program` in posix.d.ts. The pointers point into the strings beside
/// them.
pub struct Program {
    path: Name,
    argv: Words,
    env: Option<Words>,
}

impl<'js> FromJs<'js> for Program {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let object = Object::from_js(ctx, value)?;
        let (path, argv, env) = (object.get("path")?, object.get("argv")?, object.get("env")?);
        Ok(Program::new(path, argv, env))
    }
}

impl Program {
    /// Without `env`, the inherited environment.
    pub fn new(path: Name, argv: Vec<Name>, env: Option<Vec<Name>>) -> Self {
        Program {
            path,
            argv: Words::new(argv),
            env: env.map(Words::new),
        }
    }

    /// Returns only after a failure, with the errno. The C library's errno is unchanged, see
    /// `spawn::raw`.
    ///
    /// # References
    /// execve(2).
    pub fn execute(&self) -> c_int {
        let env = self.env.as_ref().map_or_else(
            || arguments::environment().cast_const().cast(),
            |env| env.pointers.as_ptr(),
        );
        // SAFETY: both lists end with a null pointer, and their strings live through the call.
        unsafe { raw::execve(self.path.as_ptr(), self.argv.pointers.as_ptr(), env) }
    }

    pub fn path(&self) -> &CStr {
        self.path.as_c_str()
    }
}

struct Words {
    /// Ended by a null pointer.
    pointers: Vec<*const c_char>,
    /// The strings that `pointers` points to.
    _words: Vec<Name>,
}

impl Words {
    fn new(words: Vec<Name>) -> Self {
        let pointers = words.iter().map(Name::as_ptr).chain([ptr::null()]);
        Words {
            pointers: pointers.collect(),
            _words: words,
        }
    }
}

/// `execve(path, argv, env)`: returns only by throwing.
pub fn execve(ctx: &Ctx<'_>, path: Name, argv: Vec<Name>, env: Option<Vec<Name>>) -> Result<()> {
    let program = Program::new(path, argv, env);
    let before = signal::hold();
    if before.is_some() {
        signal::pend_again(ctx);
    }
    let errno = program.execute();
    before.as_ref().map(signal::restore);
    Err(errno::throw_number(
        ctx,
        "execve",
        Some(program.path()),
        errno,
    ))
}
