//! Module `posix`: every export by name. posix/posix.d.ts is the contract; tests/surface.rs
//! compares them. absent.md lists deliberate omissions.

mod attributes;
mod clock;
mod exec;
pub mod executable;
mod fd;
mod fs;
pub mod limits;
mod lines;
mod local_socket;
mod patterns;
mod pidfd;
mod poll;
mod power;
mod privileges;
mod process;
mod programs;
mod readdir;
pub mod signal;
mod siphash;
mod spawn;
mod title;
mod udp;
mod user;
mod watch;

pub use lines::COPY_LINES;

use crate::call::CFunction;
use crate::function;
use crate::lazy::{self, Lazy};
use core::ffi::{CStr, c_int, c_void};
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

/// An export and its name.
pub struct Export {
    pub name: &'static str,
    /// The export in the engine's format.
    entry: qjs::JSCFunctionListEntry,
}

// SAFETY: it is never written, and its pointers are to memory that lives for ever.
unsafe impl Sync for Export {}

impl Export {
    const fn function(name: &'static CStr, function: CFunction) -> Self {
        let func = qjs::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_1 {
            length: 0,
            cproto: qjs::JSCFunctionEnum_JS_CFUNC_generic as u8,
            cfunc: qjs::JSCFunctionType {
                generic: Some(function),
            },
        };
        let value = qjs::JSCFunctionListEntry__bindgen_ty_1 { func };
        Export::new(name, qjs::JS_DEF_CFUNC, value)
    }

    const fn number(name: &'static CStr, number: c_int) -> Self {
        let value = qjs::JSCFunctionListEntry__bindgen_ty_1 { i32_: number };
        Export::new(name, qjs::JS_DEF_PROP_INT32, value)
    }

    const fn text(name: &'static CStr, text: &'static CStr) -> Self {
        let value = qjs::JSCFunctionListEntry__bindgen_ty_1 {
            str_: text.as_ptr(),
        };
        Export::new(name, qjs::JS_DEF_PROP_STRING, value)
    }

    const fn new(
        name: &'static CStr,
        kind: u32,
        value: qjs::JSCFunctionListEntry__bindgen_ty_1,
    ) -> Self {
        let entry = qjs::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: 0, // read-only
            def_type: kind as u8,
            magic: 0,
            u: value,
        };
        match name.to_str() {
            Ok(name) => Export { name, entry },
            Err(_) => panic!("a name that is not ASCII"),
        }
    }
}

macro_rules! exports {
    (functions { $($name:ident: $function:path,)* } constants { $($constant:ident)* } texts { $($text:ident: $value:expr,)* }) => {
        &[
            $(Export::function(c_str(concat!(stringify!($name), "\0")), function!($function)),)*
            $(Export::number(c_str(concat!(stringify!($constant), "\0")), libc::$constant as c_int),)*
            $(Export::text(c_str(concat!(stringify!($text), "\0")), $value),)*
        ]
    };
}

const fn c_str(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a NUL within a text"),
    }
}

/// Every export, in the order of the contract.
pub static EXPORTS: &[Export] = exports! {
    functions {
        argv: process::argv,
        environ: process::environ,
        getenv: process::getenv,
        execPath: process::exec_path,
        load: programs::load,
        traceTable: programs::trace_table,

        open: fs::open,
        readText: fs::read_text,
        close: fd::close,
        read: fd::read,
        readInto: fd::read_into,
        write: fd::write,
        seek: fd::seek,
        fsync: fd::fsync,
        ftruncate: fd::ftruncate,
        stat: attributes::stat,
        mode: attributes::mode,
        fstat: attributes::fstat,
        chmod: attributes::chmod,
        fchmod: attributes::fchmod,
        fchown: attributes::fchown,
        mkdir: fs::mkdir,
        mkfifo: fs::mkfifo,
        rename: fs::rename,
        exchange: fs::exchange,
        unlink: fs::unlink,
        symlink: fs::symlink,
        readlink: fs::readlink,
        readdir: readdir::readdir,
        chdir: fs::chdir,
        fchdir: fs::fchdir,
        chroot: fs::chroot,
        umask: fs::umask,

        pipe: fd::pipe,
        tee: fd::tee,
        dup2: fd::dup2,
        dupFrom: fd::dup_from,
        isOpen: fd::is_open,
        setCloseOnExec: fd::set_close_on_exec,
        setNonBlocking: fd::set_non_blocking,
        isTerminal: fd::is_terminal,
        terminalColumns: fd::terminal_columns,
        flock: fd::flock,
        poll: poll::poll,
        udpSocket: udp::socket,
        udpSend: udp::send,
        localSocket: local_socket::open,
        bindAbstract: local_socket::bind_abstract,
        passCredentials: local_socket::pass_credentials,
        receive: local_socket::receive,

        watchOpen: watch::open,
        watchAdd: watch::add,
        watchRemove: watch::remove,
        watchRead: watch::read,

        freeze: crate::freeze::freeze,
        fork: process::fork,
        spawn: spawn::spawn,
        isExecPending: spawn::is_pending,
        execError: spawn::exec_error,
        execve: exec::execve,
        waitpid: process::waitpid,
        kill: process::kill,
        exit: process::exit,
        getpid: process::getpid,
        getppid: process::getppid,
        setsid: process::setsid,
        setpgid: process::setpgid,
        tcsetpgrp: process::tcsetpgrp,
        pidfdOpen: pidfd::open,
        pidfdSendSignal: pidfd::send_signal,
        pidfdExit: pidfd::exit,
        setParentDeathSignal: process::set_parent_death_signal,
        becomeSubreaper: process::become_subreaper,

        releaseExecutable: executable::release,
        sync: power::sync,
        reboot: power::reboot,

        setTitle: title::set_title,
        setName: title::set_name,
        writeArgument: title::write_argument,

        signalNumber: signal::number,
        signalMask: signal::mask,
        signalMaskAtStart: signal::mask_at_start,
        setSignalMask: signal::set_mask,
        disposition: signal::disposition,
        setDisposition: signal::set_disposition,
        signalOpen: signal::open,
        signalRead: signal::read,
        signalClose: signal::close,

        clockReal: clock::real,
        clockMonotonic: clock::monotonic,

        getuid: user::getuid,
        geteuid: user::geteuid,
        getgid: user::getgid,
        getegid: user::getegid,
        getgroups: user::getgroups,
        setgroups: user::setgroups,
        setgid: user::setgid,
        setuid: user::setuid,

        getrlimit: limits::getrlimit,
        setrlimit: limits::setrlimit,
        nice: limits::nice,
        ioprioSet: limits::ioprio_set,

        setNoNewPrivileges: privileges::set_no_new_privileges,
        dropBoundingCapability: privileges::drop_bounding_capability,
        capget: privileges::capget,
        capset: privileges::capset,

        numbers: lines::numbers,
        translate: lines::translate,
        copyLines: lines::copy,
        siphash: siphash::siphash,
        selectsLine: lines::selects,
    }
    constants {
        AT_FDCWD AT_SYMLINK_NOFOLLOW AT_REMOVEDIR
        O_RDONLY O_WRONLY O_RDWR O_APPEND O_CREAT O_EXCL O_TRUNC O_NONBLOCK O_CLOEXEC O_DIRECTORY O_NOFOLLOW
        S_IFMT S_IFREG S_IFDIR S_IFLNK S_IFIFO S_IFSOCK
        LOCK_SH LOCK_EX LOCK_NB LOCK_UN
        POLLIN POLLOUT POLLERR POLLHUP POLLNVAL
        SIGHUP SIGINT SIGQUIT SIGKILL SIGUSR1 SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGCHLD SIGCONT SIGSTOP
        SIGURG
        SIGXFSZ
    }
    texts {
        VERSION: c_str(concat!(env!("CARGO_PKG_VERSION"), "\0")),
    }
};

/// The module: its only export is an object that has every [`Export`].
///
/// With separate exports, every start of every tool would create every function, and the module's
/// record of each export.
pub struct Posix;

impl ModuleDef for Posix {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        declarations.declare("default").map(drop)
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let posix = lazy::object::<Posix>(ctx)?;
        // SAFETY: an object.
        OBJECT.store(unsafe { qjs::JS_VALUE_GET_PTR(posix.as_raw()) }, Relaxed);
        exports.export("default", posix).map(drop)
    }
}

/// The module's object, which the module keeps.
static OBJECT: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// The object, once the module has been evaluated.
pub fn object() -> *mut c_void {
    OBJECT.load(Relaxed)
}

/// Sets the object that an image has.
pub fn set_object(object: *mut c_void) {
    OBJECT.store(object, Relaxed);
}

/// Creates all exports: an object that grows in a forked child is the child's own.
pub fn make_all(ctx: &Ctx<'_>) -> Result<()> {
    let object = OBJECT.load(Relaxed);
    // SAFETY: a live object of this context.
    let posix = unsafe {
        let object = qjs::JS_MKPTR(qjs::JS_TAG_OBJECT, object);
        Value::from_raw(ctx.clone(), qjs::JS_DupValue(ctx.as_raw().as_ptr(), object))
    };
    let posix = Object::from_value(posix)?;
    EXPORTS
        .iter()
        .try_for_each(|export| posix.get::<_, Value>(export.name).map(drop))
}

impl Lazy for Posix {
    const CLASS: &'static CStr = c"Posix";

    fn make<'js>(ctx: &Ctx<'js>, posix: Object<'js>, name: &[u8]) -> Result<Option<Object<'js>>> {
        let Some(export) = EXPORTS.iter().find(|one| one.name.as_bytes() == name) else {
            return Ok(None);
        };
        let (context, list) = (ctx.as_raw().as_ptr(), &raw const export.entry);
        // SAFETY: the context is live; the list has one entry, and lives for ever.
        match unsafe { qjs::JS_SetPropertyFunctionList(context, posix.as_raw(), list, 1) } {
            0 => Ok(Some(posix)),
            _ => Err(Error::Exception),
        }
    }
}
