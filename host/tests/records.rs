//! Objects with known names share a shape from the start (host/engine/records.patch), and are
//! otherwise like any other.

use host::objects::{Names, number, plain};
use rquickjs::{CatchResultExt, Context, Ctx, Function, Runtime, Value};

static PAIR: Names<2> = Names::new([c"a", c"b"]);
/// More kinds of objects than the engine remembers.
static OTHERS: [Names<1>; 6] = [
    Names::new([c"c"]),
    Names::new([c"d"]),
    Names::new([c"e"]),
    Names::new([c"f"]),
    Names::new([c"g"]),
    Names::new([c"h"]),
];

fn pair<'js>(ctx: &Ctx<'js>) -> Value<'js> {
    plain(ctx, &PAIR, &[1.0, 2.0].map(|value| number(ctx, value))).expect("an object")
}

/// The text that the function of two new pairs returns.
fn call(ctx: &Ctx<'_>, code: &str) -> String {
    let function: Function<'_> = ctx.eval(code).catch(ctx).expect("a function");
    function
        .call((pair(ctx), pair(ctx)))
        .catch(ctx)
        .expect("a text")
}

/// Two pairs as JSON, after `change` to them. Pairs that are made later must not have changed.
fn after(change: &str) -> String {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    context.with(|ctx| {
        let code = format!("(o, p) => {{ {change}; return JSON.stringify([o, p]); }}");
        let changed = call(&ctx, &code);
        let later = call(&ctx, "o => JSON.stringify(o)");
        assert_eq!(later, r#"{"a":1,"b":2}"#);
        changed
    })
}

#[test]
fn a_change_to_one_object_leaves_the_others() {
    assert_eq!(after(""), r#"[{"a":1,"b":2},{"a":1,"b":2}]"#);
    assert_eq!(after("o.a = 3"), r#"[{"a":3,"b":2},{"a":1,"b":2}]"#);
    assert_eq!(after("o.c = 3"), r#"[{"a":1,"b":2,"c":3},{"a":1,"b":2}]"#);
    assert_eq!(after("p.c = 3"), r#"[{"a":1,"b":2},{"a":1,"b":2,"c":3}]"#);
    assert_eq!(after("delete o.a"), r#"[{"b":2},{"a":1,"b":2}]"#);
    assert_eq!(
        after("Object.defineProperty(p, 'a', {enumerable: false})"),
        r#"[{"a":1,"b":2},{"b":2}]"#
    );
    assert_eq!(
        after("Object.setPrototypeOf(o, {toJSON() { return 'other'; }})"),
        r#"["other",{"a":1,"b":2}]"#
    );
}

#[test]
fn there_may_be_more_kinds_than_the_engine_remembers() {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    context.with(|ctx| {
        for _ in 0..2 {
            for (names, name) in OTHERS.iter().zip(["c", "d", "e", "f", "g", "h"]) {
                let object = plain(&ctx, names, &[number(&ctx, 1.0)]).expect("an object");
                let text = ctx.json_stringify(object).expect("a text");
                let text = text.expect("a text").to_string().expect("a text");
                assert_eq!(text, format!("{{\"{name}\":1}}"));
            }
        }
    });
}
