//! What of the language is made on request is there when it is asked for, by whatever way.

use host::intrinsics;
use host::posix::Posix;
use rquickjs::context::intrinsic::{Eval, Json, Promise};
use rquickjs::{CatchResultExt, Context, Module, Runtime};

/// What the expression comes to as text, in a context of its own that is made as the tools' are.
fn result(expression: &str) -> String {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::custom::<(Json, Promise, Eval)>(&runtime).expect("a context");
    context.with(|ctx| {
        let run = || {
            intrinsics::defer(&ctx)?;
            Module::declare_def::<Posix, _>(ctx.clone(), "posix")?;
            let source =
                format!("import posix from 'posix'; globalThis.out = String({expression});");
            Module::evaluate(ctx.clone(), "test", source)?.finish::<()>()?;
            ctx.eval("out")
        };
        run().catch(&ctx).unwrap_or_else(|error| panic!("{error}"))
    })
}

#[test]
fn a_name_is_enough() {
    assert_eq!(result("new Map([[1, 2]]).get(1)"), "2");
    assert_eq!(result("new Set([1, 1]).size"), "1");
    assert_eq!(result("Uint8Array.of(1, 256)"), "1,0");
    assert_eq!(result("new DataView(new ArrayBuffer(4)).getInt32(0)"), "0");
    assert_eq!(
        result("typeof Uint32Array + typeof globalThis.WeakMap"),
        "functionfunction"
    );
    assert_eq!(result("'Map' in globalThis"), "true");
    assert_eq!(
        result("new Date(0).toISOString()"),
        "1970-01-01T00:00:00.000Z"
    );
}

#[test]
fn it_is_made_once() {
    assert_eq!(result("Map === Map && new Map() instanceof Map"), "true");
    assert_eq!(
        result("Uint8Array.of(1) instanceof Uint8Array && posix.open === posix.open"),
        "true"
    );
    // Each name of a part brings all of it, and none of them a second time.
    assert_eq!(
        result("[Set, new Map() instanceof Map, Set === globalThis.Set][2]"),
        "true"
    );
}

#[test]
fn what_the_host_makes_has_its_methods() {
    let file = "posix.open(posix.AT_FDCWD, '/dev/zero', posix.O_RDONLY, 0)";
    assert_eq!(result(&format!("posix.read({file}, 2).join('-')")), "0-0");
    assert_eq!(
        result(&format!("posix.read({file}, 9999).fill(7)[9998]")),
        "7"
    );
}

#[test]
fn what_there_is_not_is_still_not_there() {
    let thrown = "(() => { try { return Nonsense; } catch (error) { return error.name; } })()";
    assert_eq!(result(thrown), "ReferenceError");
    assert_eq!(
        result("typeof Nonsense + typeof posix.nonsense"),
        "undefinedundefined"
    );
    assert_eq!(result("typeof globalThis.hasOwnProperty"), "function");
}
