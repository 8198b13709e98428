//! To become another program.

use crate::arguments;
use crate::bytes::Name;
use crate::errno;
use rquickjs::{Ctx, FromJs, Object, Result, Value};
use std::ffi::c_char;
use std::ptr;

/// What execve(2) takes; posix.d.ts declares it as `Program`. Pointers go into the strings beside them.
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
    /// Without `env`, the environment as it was inherited.
    pub fn new(path: Name, argv: Vec<Name>, env: Option<Vec<Name>>) -> Self {
        Program {
            path,
            argv: Words::new(argv),
            env: env.map(Words::new),
        }
    }

    /// Returns only when it has failed, and errno says why.
    ///
    /// # References
    /// execve(2).
    pub fn execute(&self) {
        let env = self.env.as_ref().map_or_else(
            || arguments::environment().cast_const().cast(),
            |env| env.pointers.as_ptr(),
        );
        // SAFETY: both lists end with a null pointer, and their strings live through the call.
        unsafe { libc::execve(self.path.as_ptr(), self.argv.pointers.as_ptr(), env) };
    }

    /// The `PosixError` after [`execute`](Self::execute).
    pub fn error<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        errno::error(ctx, "execve", Some(self.path.as_c_str()))
    }
}

struct Words {
    /// Ended by a null pointer.
    pointers: Vec<*const c_char>,
    /// What they point to.
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
    program.execute();
    Err(ctx.throw(program.error(ctx)?))
}
