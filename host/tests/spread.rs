//! `{...object}` copies as the language says, also where the engine copies the shape at once
//! (host/engine/spread.patch).

mod script;

use script::result;

/// The copy of an object, as JSON.
fn copy(object: &str) -> String {
    result(&format!("JSON.stringify({{...{object}}})"))
}

#[test]
fn it_copies_all_properties_in_their_order() {
    assert_eq!(copy("{}"), "{}");
    assert_eq!(copy("{b: 1, a: 'x', c: [2]}"), r#"{"b":1,"a":"x","c":[2]}"#);
    assert_eq!(
        copy("{b: 1, 2: 2, a: 3, 1: 4}"),
        r#"{"1":4,"2":2,"b":1,"a":3}"#
    );
    let symbol = "(s => Reflect.ownKeys({...{[s]: 1, a: 2}}).map(String))(Symbol('s'))";
    assert_eq!(result(symbol), "a,Symbol(s)");
    let deleted = "(o => { delete o.b; return o; })({a: 1, b: 2, c: 3})";
    assert_eq!(copy(deleted), r#"{"a":1,"c":3}"#);
    assert_eq!(
        copy("{...{a: 1}, b: 2, ...{a: 3, c: 4}}"),
        r#"{"a":3,"b":2,"c":4}"#
    );
}

#[test]
fn the_copy_and_the_original_change_apart() {
    let change = |change: &str| {
        result(&format!(
            "(o => {{ const c = {{...o}}; {change}; return JSON.stringify([o, c]); }})({{a: 1, b: 2}})"
        ))
    };
    assert_eq!(change("c.a = 3"), r#"[{"a":1,"b":2},{"a":3,"b":2}]"#);
    assert_eq!(change("c.d = 3"), r#"[{"a":1,"b":2},{"a":1,"b":2,"d":3}]"#);
    assert_eq!(change("o.d = 3"), r#"[{"a":1,"b":2,"d":3},{"a":1,"b":2}]"#);
    assert_eq!(change("delete c.a"), r#"[{"a":1,"b":2},{"b":2}]"#);
    assert_eq!(change("delete o.a"), r#"[{"b":2},{"a":1,"b":2}]"#);
    assert_eq!(
        change("Object.defineProperty(c, 'a', {enumerable: false})"),
        r#"[{"a":1,"b":2},{"b":2}]"#
    );
    assert_eq!(
        change("Object.freeze(o); c.a = 3"),
        r#"[{"a":1,"b":2},{"a":3,"b":2}]"#
    );
}

#[test]
fn it_copies_values_and_leaves_out_what_is_not_the_objects_own() {
    assert_eq!(
        copy("{get a() { return this.b + 1; }, b: 1}"),
        r#"{"a":2,"b":1}"#
    );
    let writable = "Object.getOwnPropertyDescriptor({...Object.freeze({a: 1})}, 'a').writable";
    assert_eq!(result(writable), "true");
    let hidden = "Object.defineProperty({a: 1}, 'b', {value: 2})";
    assert_eq!(copy(hidden), r#"{"a":1}"#);
    assert_eq!(copy("Object.create({a: 1})"), "{}");
    assert_eq!(
        copy("Object.assign(Object.create({a: 1}), {b: 2})"),
        r#"{"b":2}"#
    );
    let instance = "(new (class { #p = 1; a = this.#p; m() {} })())";
    assert_eq!(copy(instance), r#"{"a":1}"#);
    assert_eq!(
        result(&format!(
            "Object.getPrototypeOf({{...{instance}}}) === Object.prototype"
        )),
        "true"
    );
    assert_eq!(copy("[3, 4]"), r#"{"0":3,"1":4}"#);
    assert_eq!(copy("new Proxy({a: 1}, {get: () => 2})"), r#"{"a":2}"#);
    assert_eq!(
        result("(({a, ...rest}) => JSON.stringify(rest))({a: 1, b: 2})"),
        r#"{"b":2}"#
    );
}

#[test]
fn the_copy_of_an_object_with_the_name_of_its_prototype_has_no_other_prototype() {
    let copied = "{...JSON.parse('{\"__proto__\": 1, \"a\": 2}')}";
    assert_eq!(
        result(&format!("JSON.stringify({copied})")),
        r#"{"__proto__":1,"a":2}"#
    );
}
