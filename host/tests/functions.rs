//! A closure has its length and its name from the start, in a shape that all share
//! (host/engine/speed.patch).

mod script;

use script::result;

/// The properties of a function, in their order, as JSON.
fn properties(function: &str) -> String {
    result(&format!(
        "JSON.stringify(Object.getOwnPropertyDescriptors({function}))"
    ))
}

/// A property that only `Object.defineProperty` and `delete` change.
fn fixed(name: &str, value: &str) -> String {
    format!(
        r#""{name}":{{"value":{value},"writable":false,"enumerable":false,"configurable":true}}"#
    )
}

#[test]
fn a_closure_has_a_length_and_a_name() {
    let expected = |length: &str, name: &str| {
        let [length, name] = [fixed("length", length), fixed("name", name)];
        format!("{{{length},{name}}}")
    };
    assert_eq!(properties("() => 1"), expected("0", r#""""#));
    assert_eq!(
        properties("{f: (a, b = 1, ...c) => a}.f"),
        expected("1", r#""f""#)
    );
    assert_eq!(properties("{7(a, b) {}}[7]"), expected("2", r#""7""#));
    assert_eq!(properties("async (a) => a"), expected("1", r#""""#));
}

#[test]
fn a_constructor_and_a_generator_have_a_prototype_too() {
    let names = |function: &str| result(&format!("Reflect.ownKeys({function}).join()"));
    assert_eq!(names("function f(a) {}"), "length,name,prototype");
    assert_eq!(names("function* f(a) {}"), "length,name,prototype");
    assert_eq!(names("class { m() {} }"), "length,name,prototype");
    assert_eq!(
        result("(f => f.prototype.constructor === f && new f() instanceof f)(function () {})"),
        "true"
    );
}

#[test]
fn functions_change_apart() {
    let change = |change: &str| {
        result(&format!(
            "(([f, g]) => {{ {change}; return [f, g].map((h) => Reflect.ownKeys(h).concat(h.name, h.length).join()).join(' '); }})([0, 1].map(() => (a, b) => a))"
        ))
    };
    assert_eq!(change(""), "length,name,,2 length,name,,2");
    assert_eq!(change("f.a = 1"), "length,name,a,,2 length,name,,2");
    assert_eq!(change("delete f.length"), "name,,0 length,name,,2");
    assert_eq!(
        change("Object.defineProperty(f, 'name', {value: 'x'})"),
        "length,name,x,2 length,name,,2"
    );
    assert_eq!(
        change("Object.setPrototypeOf(f, {name: 'p'}); delete f.name"),
        "length,p,2 length,name,,2"
    );
}
