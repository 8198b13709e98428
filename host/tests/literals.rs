//! Object literals, fields of classes and functions have the properties that the language says,
//! also where the engine adds them the short way (host/engine/speed.patch).

mod script;

use script::result;

fn json(object: &str) -> String {
    result(&format!("JSON.stringify({object})"))
}

/// The name of the error that the statements throw.
fn thrown(statements: &str) -> String {
    result(&format!(
        "(() => {{ try {{ {statements} }} catch (error) {{ return error.name; }} }})()"
    ))
}

#[test]
fn a_literal_has_its_properties_in_their_order() {
    assert_eq!(
        json("{b: 1, 2: 2, a: 3, 1: 4}"),
        r#"{"1":4,"2":2,"b":1,"a":3}"#
    );
    assert_eq!(
        json("{a: 1, b: {a: 2, b: {a: 3}}, c: [{a: 4}]}"),
        r#"{"a":1,"b":{"a":2,"b":{"a":3}},"c":[{"a":4}]}"#
    );
    assert_eq!(
        json("(x => ({a: x ? 1 : 2, b: x || {c: 3}, d: x?.y}))(0)"),
        r#"{"a":2,"b":{"c":3}}"#
    );
    let many = "{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10, k: 11}";
    assert_eq!(
        result(&format!("Object.keys({many}).join('')")),
        "abcdefghijk"
    );
}

#[test]
fn the_last_of_two_properties_with_a_name_counts() {
    assert_eq!(json("{a: 1, b: 2, a: 3}"), r#"{"a":3,"b":2}"#);
    assert_eq!(json("{get a() { return 1; }, a: 2}"), r#"{"a":2}"#);
    assert_eq!(json("{a: 1, get a() { return 2; }}"), r#"{"a":2}"#);
    assert_eq!(
        json("{...Object.freeze({a: 1}), a: 2, b: 3}"),
        r#"{"a":2,"b":3}"#
    );
    assert_eq!(result("({a: 1, __proto__: {b: 2}}).b"), "2");
}

#[test]
fn a_property_is_the_objects_own_whatever_its_prototype_has() {
    let inherited = "(() => {
        Object.defineProperty(Object.prototype, 'a', {set() { throw 1; }, configurable: true});
        const made = {a: 2};
        delete Object.prototype.a;
        return JSON.stringify(made);
    })()";
    assert_eq!(result(inherited), r#"{"a":2}"#);
    let descriptor = "JSON.stringify(Object.getOwnPropertyDescriptor({a: 1}, 'a'))";
    assert_eq!(
        result(descriptor),
        r#"{"value":1,"writable":true,"enumerable":true,"configurable":true}"#
    );
}

#[test]
fn a_field_of_a_class_is_defined_on_whatever_the_constructor_returns() {
    let field = |base: &str| {
        format!(
            "class Base {{ constructor() {{ {base} }} }} class C extends Base {{ a = 1; }} new C();"
        )
    };
    assert_eq!(
        thrown(&field("Object.preventExtensions(this);")),
        "TypeError"
    );
    assert_eq!(thrown(&field("return Object.freeze({a: 2});")), "TypeError");
    assert_eq!(
        thrown(&field(
            "return new Proxy({}, {defineProperty: () => false});"
        )),
        "TypeError"
    );
    let made = |base: &str| {
        result(&format!(
            "(() => {{ {} }})()",
            field(base).replace("new C();", "return JSON.stringify(new C());")
        ))
    };
    assert_eq!(made(""), r#"{"a":1}"#);
    assert_eq!(made("this.a = 2;"), r#"{"a":1}"#);
    assert_eq!(made("return [3];"), "[3]");
    assert_eq!(made("return {get a() { return 4; }};").len(), 7);
    let length = "class Base { constructor() { return [1, 2]; } }
        class C extends Base { length = 1; } new C();";
    assert_eq!(thrown(length), "TypeError");
}

#[test]
fn a_function_has_a_length_and_a_name_that_are_not_enumerable() {
    let describe = |function: &str| {
        result(&format!(
            "(f => JSON.stringify([f.length, f.name, Object.keys(f),
                Object.getOwnPropertyNames(f), delete f.name && f.name]))({function})"
        ))
    };
    assert_eq!(
        describe("(() => { const g = (a, b) => a; return g; })()"),
        r#"[2,"g",[],["length","name"],""]"#
    );
    assert_eq!(
        describe("function h(a) {}"),
        r#"[1,"h",[],["length","name","prototype"],""]"#
    );
}
