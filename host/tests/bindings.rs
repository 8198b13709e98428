//! Module `posix` as a script sees it: the arguments, results and errors of its calls.
//!
//! Each test runs a script on the engine, and compares the values that it prints. Calls that change
//! the whole process (fork, signals, title) are tested from outside, by tests/.

use host::posix::Posix;
use rquickjs::{CatchResultExt, Context, Ctx, Module, Runtime};

/// The values that the script passes to `print`, as text.
fn output_of(script: &str) -> String {
    let prelude = r#"
        import posix from "posix";
        globalThis.out = [];
        const print = (value) => out.push(
            value instanceof Uint8Array ? `[${value}]` : JSON.stringify(value) ?? "undefined");
        const thrown = (call) => {
            try { call(); } catch (error) { return error; }
            return undefined;
        };
    "#;
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    context.with(|ctx: Ctx<'_>| {
        let run = || -> rquickjs::Result<String> {
            Module::declare_def::<Posix, _>(ctx.clone(), "posix")?;
            let source = format!("{prelude}{script}\n");
            Module::evaluate(ctx.clone(), "test", source)?.finish::<()>()?;
            ctx.eval::<String, _>("out.join(' ')")
        };
        run().catch(&ctx).unwrap_or_else(|error| panic!("{error}"))
    })
}

#[test]
fn a_failed_call_throws_a_posix_error() {
    let script = r#"
        const error = thrown(() => posix.open(posix.AT_FDCWD, "/nonexistent/x", posix.O_RDONLY, 0));
        print([error instanceof Error, error.name, error.code, error.call, error.path, error.message]);
        print(Object.keys(error));
        print(thrown(() => posix.close(-1)).path);
    "#;
    let expected = concat!(
        r#"[true,"PosixError","ENOENT","open","/nonexistent/x","#,
        r#""open /nonexistent/x: No such file or directory"] "#,
        r#"["code","errno","call","path"] undefined"#,
    );
    assert_eq!(output_of(script), expected);
}

#[test]
fn numbers_that_are_not_whole_or_do_not_fit_are_refused() {
    for number in [
        "1.5",
        "NaN",
        "Infinity",
        "2 ** 31",
        "-(2 ** 31) - 1",
        "1e300",
    ] {
        let script = format!("print(thrown(() => posix.isOpen({number})).name)");
        assert_eq!(output_of(&script), r#""RangeError""#, "{number}");
    }
    for value in ["undefined", "null", "'1'", "{}"] {
        let script = format!("print(thrown(() => posix.isOpen({value})).name)");
        assert_eq!(output_of(&script), r#""TypeError""#, "{value}");
    }
    assert_eq!(output_of("print(posix.isOpen(2 ** 31 - 1))"), "false");
    assert_eq!(
        output_of("print(thrown(() => posix.umask(-1)).name)"),
        r#""RangeError""#
    );
}

#[test]
fn strings_are_bytes() {
    let script = r#"
        const [from, to] = posix.pipe();
        for (const text of ["plain", "\u00e9\u00ff\u0080", "a\0b", ""]) {
            print(posix.write(to, text));
            if (text !== "") print(posix.read(from, 64));
        }
        print(thrown(() => posix.write(to, "\u0100")).name);
        print(thrown(() => posix.write(to, "\ud800")).name);
        print(thrown(() => posix.write(to, 1)).name);
        print(thrown(() => posix.chdir("a\0b")).name);
        print(thrown(() => posix.chdir("\u20ac")).name);
        print(posix.write(to, new Uint8Array([1, 2, 3, 4]).subarray(1, 3)));
        print(posix.read(from, 64));
        posix.close(from), posix.close(to);
    "#;
    let expected = concat!(
        "5 [112,108,97,105,110] 3 [233,255,128] 3 [97,0,98] 0 ",
        r#""RangeError" "RangeError" "TypeError" "RangeError" "RangeError" 2 [2,3]"#,
    );
    assert_eq!(output_of(script), expected);
}

#[test]
fn any_file_name_passes_through() {
    let directory = Scratch::new("names");
    let script = format!(
        r#"
        const dir = posix.open(posix.AT_FDCWD, {path:?}, posix.O_DIRECTORY, 0);
        posix.mkdir(dir, "\u00ff\u00fe", 0o700);
        posix.mkfifo(dir, "caf\u00e9", 0o600);
        posix.symlink("\u0080", dir, "link");
        print(posix.readdir(dir).sort());
        print(posix.readdir(dir).length);
        print(posix.readlink(dir, "link"));
        print(posix.stat(dir, "caf\u00e9", 0).mode === (posix.S_IFIFO | 0o600));
        posix.rename(dir, "caf\u00e9", dir, "\u00a0");
        print(posix.stat(dir, "caf\u00e9", 0) ?? "gone");
        print(thrown(() => posix.unlink(dir, "caf\u00e9", 0)).path);
        posix.symlink("x".repeat(1000), dir, "long");
        print(posix.readlink(dir, "long").length);
        posix.exchange(dir, "long", dir, "\u00ff\u00fe");
        print(posix.readlink(dir, "\u00ff\u00fe").length);
        print(thrown(() => posix.exchange(dir, "long", dir, "none")).code);
        posix.close(dir);
        "#,
        path = directory.path
    );
    let expected = "[\"caf\u{e9}\",\"link\",\"\u{ff}\u{fe}\"] 3 \"\u{80}\" true \"gone\" \"caf\u{e9}\" 1000 1000 \"ENOENT\"";
    assert_eq!(output_of(&script), expected);
}

#[test]
fn a_file_is_read_as_text_or_is_not_there() {
    let directory = Scratch::new("text");
    let script = format!(
        r#"
        const [path, here] = [{path:?}, posix.AT_FDCWD];
        const fd = posix.open(here, path + "/file", posix.O_WRONLY | posix.O_CREAT, 0o600);
        posix.write(fd, "\u00ff\0" + "x".repeat(9998));
        const dir = posix.open(here, path, posix.O_DIRECTORY, 0);
        print(posix.readText(dir, "file") === "\u00ff\0" + "x".repeat(9998));
        print([posix.readText(dir, "file", 3), posix.readText(dir, "file", 0)]);
        print([4096, 8192, 10000, 10001].map((max) => posix.readText(dir, "file", max).length));
        print(posix.readText(dir, "other") ?? "none");
        print([thrown(() => posix.readText(here, path + "/file/x")), thrown(() => posix.readText(here, path))]
            .map(({{ call, code }}) => [call, code]));
        posix.mkfifo(dir, "fifo", 0o600);
        print(posix.readText(dir, "fifo"));
        const both = posix.open(dir, "fifo", posix.O_RDWR, 0);
        print(thrown(() => posix.readText(dir, "fifo")).code);
        "#,
        path = directory.path
    );
    let expected = concat!(
        "true [\"\u{ff}\\u0000x\",\"\"] [4096,8192,10000,10000] \"none\" ",
        "[[\"open\",\"ENOTDIR\"],[\"read\",\"EISDIR\"]] \"\" \"EAGAIN\"",
    );
    assert_eq!(output_of(&script), expected);
}

#[test]
fn a_variable_is_its_first_entry_s_value() {
    let script = r#"
        const [name, ...value] = posix.environ().find((entry) => entry.startsWith("PATH=")).split("=");
        print(posix.getenv(name) === value.join("="));
        print([posix.getenv("PAT"), posix.getenv("NO_SUCH_VARIABLE")]);
    "#;
    assert_eq!(output_of(script), "true [null,null]");
}

#[test]
fn a_descriptor_that_has_nothing_yet_gives_undefined() {
    let script = r#"
        const [from, to] = posix.pipe();
        posix.setNonBlocking(from, true);
        print(posix.read(from, 10));
        posix.write(to, new Uint8Array(70_000 - 10_000));
        print(posix.read(from, 65_536).length);
        posix.setNonBlocking(to, true);
        while (posix.write(to, new Uint8Array(4_096)) !== undefined);
        print(posix.write(to, "x"));
        posix.close(to);
        while (posix.read(from, 65_536).length > 0);
        print(posix.read(from, 65_536).length);
        posix.close(from);
    "#;
    assert_eq!(output_of(script), "undefined 60000 undefined 0");
}

#[test]
fn poll_writes_what_is_ready() {
    let script = r#"
        const [from, to] = posix.pipe();
        const set = new DataView(new ArrayBuffer(16));
        const put = (at, fd, events) => (set.setInt32(at, fd, true), set.setInt16(at + 4, events, true));
        put(0, from, posix.POLLIN);
        put(8, to, posix.POLLOUT);
        print([posix.poll(set.buffer, 2, 0), set.getInt16(6, true), set.getInt16(14, true) === posix.POLLOUT]);
        posix.write(to, "x");
        print([posix.poll(set.buffer, 1, -1), set.getInt16(6, true) === posix.POLLIN]);
        print(posix.poll(new ArrayBuffer(0), 0, 1));
        print(thrown(() => posix.poll(set.buffer, 3, 0)).name);
        print(thrown(() => posix.poll(new Uint8Array(8), 1, 0)).name);
        posix.close(from), posix.close(to);
    "#;
    let expected = if cfg!(target_endian = "little") {
        r#"[1,0,true] [1,true] 0 "RangeError" "TypeError""#
    } else {
        return; // the script writes little-endian records
    };
    assert_eq!(output_of(script), expected);
}

#[test]
fn descriptors_are_close_on_exec_until_told_otherwise() {
    let directory = Scratch::new("exec");
    let script = format!(
        r#"
        const flagsOf = (fd) => posix.readlink(posix.AT_FDCWD, `/proc/self/fd/${{fd}}`) && (() => {{
            const info = posix.open(posix.AT_FDCWD, `/proc/self/fdinfo/${{fd}}`, posix.O_RDONLY, 0);
            const text = String.fromCharCode(...posix.read(info, 1000));
            posix.close(info);
            return (Number("0" + "o" + text.split("flags:\t")[1].split("\n")[0]) & 0o2000000) !== 0;
        }})();
        const [from, to] = posix.pipe();
        const dir = posix.open(posix.AT_FDCWD, {path:?}, posix.O_DIRECTORY, 0);
        const copy = posix.dupFrom(from, 50);
        print([copy >= 50, ...[from, to, dir, copy, posix.watchOpen()].map(flagsOf)]);
        posix.dup2(from, 60);
        posix.dup2(from, from);
        posix.setCloseOnExec(to, false);
        print([60, from, to].map(flagsOf));
        print([posix.isOpen(60), posix.close(60), posix.isOpen(60)]);
        "#,
        path = directory.path
    );
    if cfg!(target_os = "linux") {
        let expected = "[true,true,true,true,true,true] [false,false,false] [true,null,false]";
        assert_eq!(output_of(&script), expected);
    }
}

#[test]
fn a_lock_that_another_has_is_an_answer() {
    let directory = Scratch::new("lock");
    let script = format!(
        r#"
        const open = () => posix.open(posix.AT_FDCWD, {path:?} + "/lock", posix.O_RDWR | posix.O_CREAT, 0o600);
        const [one, other] = [open(), open()];
        const flags = posix.LOCK_EX | posix.LOCK_NB;
        print([posix.flock(one, flags), posix.flock(other, flags)]);
        posix.close(one);
        print(posix.flock(other, flags));
        "#,
        path = directory.path
    );
    assert_eq!(output_of(&script), "[true,false] true");
}

#[test]
fn a_watch_tells_which_entries_changed() {
    if !cfg!(target_os = "linux") {
        return; // kqueue tells that a directory changed, not what in it
    }
    let directory = Scratch::new("watch");
    let script = format!(
        r#"
        const path = {path:?};
        const watch = posix.watchOpen();
        print(posix.watchRead(watch));
        const id = posix.watchAdd(watch, path, "entries");
        print(posix.watchAdd(watch, path + "/.", "entries") === id);
        posix.mkdir(posix.AT_FDCWD, path + "/\u00e9", 0o700);
        posix.rename(posix.AT_FDCWD, path + "/\u00e9", posix.AT_FDCWD, path + "/web");
        print(posix.watchRead(watch).map(({{ name, ended, overflow }}) => [name, ended, overflow]));
        posix.unlink(posix.AT_FDCWD, path + "/web", posix.AT_REMOVEDIR);
        posix.unlink(posix.AT_FDCWD, path, posix.AT_REMOVEDIR);
        print(posix.watchRead(watch).map(({{ name, ended }}) => [name ?? "-", ended]));
        print(thrown(() => posix.watchAdd(watch, path, "entries")).code);
        print(thrown(() => posix.watchRemove(watch, id)).code);
        posix.close(watch);
        "#,
        path = directory.path
    );
    let expected = concat!(
        "[] true [[\"\u{e9}\",false,false],[\"\u{e9}\",false,false],[\"web\",false,false]] ",
        "[[\"web\",false],[\"-\",false],[\"-\",true]] \"ENOENT\" \"EINVAL\"",
    );
    assert_eq!(output_of(&script), expected);
}

#[test]
fn a_watch_of_content_reports_writes() {
    if !cfg!(target_os = "linux") {
        return; // only the entries of a directory can be watched
    }
    let directory = Scratch::new("watch-content");
    let script = format!(
        r#"
        const path = {path:?};
        const flags = posix.O_RDWR | posix.O_CREAT;
        const file = posix.open(posix.AT_FDCWD, path + "/current", flags, 0o600);
        const watch = posix.watchOpen();
        posix.watchAdd(watch, path, "content");
        posix.write(file, "one two");
        print(posix.watchRead(watch).map(({{ name }}) => name));
        posix.rename(posix.AT_FDCWD, path + "/current", posix.AT_FDCWD, path + "/old");
        print(posix.watchRead(watch).map(({{ name }}) => name));
        posix.seek(file, 4);
        print(posix.read(file, 9));
        print(thrown(() => posix.seek(posix.pipe()[0], 0)).code);
        "#,
        path = directory.path
    );
    let expected = r#"["current"] ["current","old"] [116,119,111] "ESPIPE""#;
    assert_eq!(output_of(&script), expected);
}

#[test]
fn a_watch_tells_what_becomes_of_a_link_and_of_a_directory_itself() {
    if !cfg!(target_os = "linux") {
        return; // only the entries of a directory can be watched
    }
    let directory = Scratch::new("watch-itself");
    let script = format!(
        r#"
        const [path, here] = [{path:?}, posix.AT_FDCWD];
        const take = () => print(posix.watchRead(watch).map(({{ id, name }}) => [names[id], name ?? "-"]));
        posix.mkdir(here, path + "/home", 0o700);
        posix.symlink("home", here, path + "/link");
        const watch = posix.watchOpen();
        const names = {{}};
        names[posix.watchAdd(watch, path + "/home", "directory")] = "home";
        names[posix.watchAdd(watch, path + "/link", "link")] = "link";
        posix.mkdir(here, path + "/link/web", 0o700);
        posix.rename(here, path + "/link/web", here, path + "/web");
        posix.stat(here, path + "/link/.", 0);
        take();
        posix.symlink("web", here, path + "/link.new");
        posix.rename(here, path + "/link.new", here, path + "/link");
        posix.rename(here, path + "/home", here, path + "/away");
        take();
        print(thrown(() => posix.watchAdd(watch, path, "all")).message);
        posix.close(watch);
        "#,
        path = directory.path
    );
    let expected = concat!(
        "[] [[\"link\",\"-\"],[\"link\",\"-\"],[\"link\",\"-\"],[\"home\",\"-\"]] ",
        "\"none of \\\"entries\\\", \\\"content\\\", \\\"directory\\\" and \\\"link\\\"\"",
    );
    assert_eq!(output_of(&script), expected);
}

#[test]
fn limits_go_round() {
    let script = r#"
        const before = posix.getrlimit("core");
        posix.setrlimit("core", { soft: 0, hard: before.hard });
        print(posix.getrlimit("core").soft);
        posix.setrlimit("core", before);
        print(posix.getrlimit("core").soft === before.soft);
        print(thrown(() => posix.getrlimit("wishes")).code);
        print(thrown(() => posix.setrlimit("core", { soft: 0.5, hard: 1 })).name);
        print(thrown(() => posix.setrlimit("core", { soft: -1, hard: 1 })).name);
    "#;
    assert_eq!(
        output_of(script),
        r#"0 true "EINVAL" "RangeError" "RangeError""#
    );
}

#[test]
fn time_goes_on() {
    let script = r#"
        const [real, one, two] = [posix.clockReal(), posix.clockMonotonic(), posix.clockMonotonic()];
        print(real.seconds > 1_700_000_000 && Number.isInteger(real.nanoseconds));
        print(two.seconds - one.seconds + (two.nanoseconds - one.nanoseconds) / 1e9 >= 0);
    "#;
    assert_eq!(output_of(script), "true true");
}

/// A folder of its own for a test, removed when the test ends.
struct Scratch {
    path: String,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = format!("runits-host-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(folder);
        std::fs::create_dir(&path).expect("a new folder");
        let path = path.into_os_string().into_string().expect("ASCII");
        Scratch { path }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[test]
fn what_the_kernel_does_not_know_is_refused() {
    let script = r#"
        print(thrown(() => posix.getrlimit("sunshine")).code);
        print(thrown(() => posix.ioprioSet(7 << 13)).code);
        print(["EINVAL", "EPERM", "ENOSYS"].includes(thrown(() => posix.dropBoundingCapability(1000)).code));
        const sets = thrown(() => posix.capset(posix.capget()));
        print(sets === undefined || sets.code === "ENOSYS");
        print(thrown(() => posix.capset([0, 0, 0])).name);
    "#;
    let ioprio = if cfg!(target_os = "linux") {
        "EINVAL"
    } else {
        "ENOSYS"
    };
    assert_eq!(
        output_of(script),
        format!(r#""EINVAL" "{ioprio}" true true "RangeError""#)
    );
}

/// `copy` makes a cursor for copyLines, and returns the results; `rules` makes rules.
const COPY_LINES: &str = r#"
    const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    const text = (array) => String.fromCharCode(...array);
    const rules = (otherwise, ...all) => Uint8Array.of(otherwise, ...all.flatMap(
        ([outcome, pattern]) => [outcome, pattern.length, 0, 0, 0, ...bytes(pattern)]));
    const none = new Uint8Array(0);
    const copy = (from, room, prefix, rules, { limit = 100, mode = 0 } = {}) => {
        const cursor = new Uint32Array([0, from.length, 0, limit, mode, 0]);
        const to = new Uint8Array(room);
        const next = () => posix.copyLines(cursor.buffer, bytes(from), to, bytes(prefix), rules);
        return { cursor, next, out: () => text(to.subarray(0, cursor[2])) };
    };
"#;

#[test]
fn copy_lines_puts_a_prefix_before_each_complete_line() {
    let script = format!(
        r#"{COPY_LINES}
        const all = copy("a\n\nbc\nd", 64, "> ", none);
        print([all.next(), all.out(), all.cursor[0]]);
        const small = copy("aaa\nbb\n", 6, "", none);
        print([small.next(), small.out(), small.cursor[0]]);
        small.cursor[2] = 0;
        print([small.next(), small.out()]);
    "#
    );
    let expected = r#"[0,"> a\n> \n> bc\n",6] [1,"aaa\n",4] [0,"bb\n"]"#;
    assert_eq!(output_of(&script), expected);
}

#[test]
fn the_first_rule_that_matches_says_whether_a_line_is_copied() {
    let script = format!(
        r#"{COPY_LINES}
        const lines = "ax\nb\n\nxxx\nbbbbx\n";
        const withX = rules(0, [0, "xxx"], [1, "*x*"]);
        const some = copy(lines, 64, "", withX);
        print([some.next(), some.out()]);
        const short = copy(lines, 64, "", withX, {{ limit: 3 }});
        print([short.next(), short.out()]);
        const each = copy(lines, 64, "", withX, {{ mode: 2 }});
        print([each.next(), each.cursor[0], each.cursor[5], each.out()]);
        const excerpts = copy("abc\nab\nabcd\n", 64, "> ", none, {{ mode: 1, limit: 3 }});
        print([excerpts.next(), excerpts.out()]);
        print(posix.selectsLine(withX, bytes(lines), 6, 9));
        print(posix.selectsLine(withX, bytes(lines), 10, 15));
    "#
    );
    let expected = concat!(
        r#"[0,"ax\nbbbbx\n"] [0,"ax\n"] [2,0,3,""] "#,
        r#"[0,"> abc...\n> ab\n> abc...\n"] false true"#
    );
    assert_eq!(output_of(&script), expected);
}

#[test]
fn a_star_skips_to_the_next_character_and_a_plus_repeats_it() {
    let script = format!(
        r#"{COPY_LINES}
        const far = "x".repeat(50);
        const cases = [
            ["", "", 1], ["", "a", 0], ["abc", "abcd", 0], ["*", "anything", 1],
            ["*pid*", "tcpsvd: pid 3", 0], ["*: *: pid *", "tcpsvd: info: pid 1", 1],
            ["**", "a*b", 1], ["**", "abc", 0], ["**", "", 0], ["*c", "abcc", 0], ["*c*", "abcc", 1],
            ["*ab*", "aab", 0], ["*ab*", "xxabyy", 1], ["*+a", "xaaa", 0], ["*+a", "x+aaa", 0],
            ["+ab", "aaab", 1], ["+ab", "b", 0], ["++", "+++", 1], ["+*a", "**a", 1],
            ["a+bXYZ", "abX", 0], ["ab+c", "abccc", 1], ["+abXYZ", "aaa", 0], ["foo+bar", "foob", 0],
            ["ab+c", "ab", 0], ["a+b*", "abb", 1], ["a+", "a+", 1], ["+a*", "", 0],
            ["*b", far + "b", 1], ["*b*c", far + "b" + far + "c", 1], ["*b", far, 0],
        ];
        for (const [pattern, line, expected] of cases) {{
            const selected = posix.selectsLine(rules(0, [1, pattern]), bytes(line), 0, line.length);
            if (selected !== (expected === 1)) print([pattern, line]);
        }}
    "#
    );
    assert_eq!(output_of(&script), "");
}

#[test]
fn what_leads_out_of_the_arrays_is_refused() {
    let script = format!(
        r#"{COPY_LINES}
        const refused = (call) => print(thrown(call).name);
        refused(copy("ax\n", 64, "", Uint8Array.of(1, 0, 2, 0, 0)).next);
        refused(copy("ax\n", 64, "", Uint8Array.of(1, 0, 2, 0, 0, 0, 65)).next);
        const past = copy("ax\n", 64, "", none);
        past.cursor[1] = 4;
        refused(past.next);
        const beyond = copy("ax\n", 64, "", none);
        beyond.cursor[2] = 65;
        refused(beyond.next);
        refused(() => posix.copyLines(new ArrayBuffer(8), none, none, none, none));
        refused(() => posix.selectsLine(none, bytes("abc"), 2, 4));
        refused(() => posix.selectsLine(none, bytes("abc"), 2, 1));
        refused(() => posix.selectsLine(Uint8Array.of(1, 0), bytes("abc"), 0, 1));
        refused(() => posix.translate(bytes("abc"), 2, 4, new Uint8Array(256)));
        refused(() => posix.translate(bytes("abc"), 0, 1, new Uint8Array(255)));
        refused(() => posix.readInto(0, bytes("abc"), 2, 2));
    "#
    );
    assert_eq!(output_of(&script), [r#""RangeError""#; 11].join(" "));
}

#[test]
fn bytes_are_translated_and_read_in_place() {
    let script = r#"
        const table = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
        const array = Uint8Array.of(1, 2, 3, 4);
        posix.translate(array, 1, 3, table);
        print(array);
        const [from, to] = posix.pipe();
        posix.write(to, "xyz");
        print([posix.readInto(from, array, 2, 2), posix.readInto(from, array, 0, 2)]);
        print(array);
        posix.close(to);
        print(posix.readInto(from, array, 0, 4));
        const socket = posix.udpSocket();
        print(thrown(() => posix.udpSend(socket, 0x7f000001, 65536, "x")).name);
        posix.udpSend(socket, 0x7f000001, 9, "x");
    "#;
    assert_eq!(
        output_of(script),
        r#"[1,253,252,4] [2,1] [122,253,120,121] 0 "RangeError""#
    );
}

#[test]
#[cfg(target_os = "linux")]
fn local_messages_come_with_their_sender() {
    let script = r#"
        const [one, other] = [posix.localSocket(), posix.localSocket()];
        print([0, 0].map(() => posix.receive(one, 10)));
        const name = `runits-test/${posix.getpid()}`;
        posix.bindAbstract(one, name);
        print(thrown(() => posix.bindAbstract(other, name)).code);
        print(thrown(() => posix.bindAbstract(other, "n".repeat(108))).code);
        print(thrown(() => posix.receive(-1, 10)).code);
        posix.passCredentials(one);
        print(thrown(() => posix.passCredentials(-1)).code);
    "#;
    assert_eq!(
        output_of(script),
        r#"[null,null] "EADDRINUSE" "ENAMETOOLONG" "EBADF" "EBADF""#
    );
}

#[test]
#[cfg(target_os = "linux")]
fn tee_leaves_the_bytes_in_the_first_pipe() {
    let script = r#"
        const [from, end] = posix.pipe();
        const [copy, to] = posix.pipe();
        print(posix.tee(from, to, 10));
        posix.write(end, "abc");
        print([posix.tee(from, to, 2), posix.tee(from, to, 10)]);
        print([...posix.read(copy, 10)]);
        print([...posix.read(from, 10)]);
        posix.close(end);
        print(posix.tee(from, to, 10));
        print(thrown(() => posix.tee(-1, to, 10)).code);
    "#;
    assert_eq!(
        output_of(script),
        r#"undefined [2,3] [97,98,97,98,99] [97,98,99] 0 "EBADF""#
    );
}

#[test]
fn numbers_are_read_as_far_as_there_are_some() {
    let script = r#"
        print(posix.numbers("7 (a b) S 1 -1 18446744 x 9", 10, 9));
        print([posix.numbers("1 2 3\n", 2, 1), posix.numbers("1 2 3\n", 0, 9)]);
        print([posix.numbers("", 0, 9), posix.numbers("1", 5, 9), posix.numbers("1  2", 0, 9)]);
    "#;
    assert_eq!(
        output_of(script),
        "[1,-1,18446744] [[2],[1,2,3]] [[],[],[1]]"
    );
}

#[test]
fn mode_is_that_of_stat() {
    let script = r#"
        print(posix.mode(posix.AT_FDCWD, "/", 0) === posix.stat(posix.AT_FDCWD, "/", 0).mode);
        print(posix.mode(posix.AT_FDCWD, "/nothing", 0) ?? "none");
        print(thrown(() => posix.mode(posix.AT_FDCWD, "/etc/passwd/x", 0)).code);
    "#;
    assert_eq!(output_of(script), r#"true "none" "ENOTDIR""#);
}

/// The key, the text and the code of the paper's Appendix A.
#[test]
fn siphash_is_the_paper_s() {
    let script = r#"
        const counted = (length) => String.fromCharCode(...Array(length).keys());
        print(posix.siphash(counted(16), counted(15)));
        print(thrown(() => posix.siphash(counted(15), "")).name);
    "#;
    assert_eq!(output_of(script), r#""a129ca6149be45e5" "RangeError""#);
}
