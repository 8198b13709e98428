import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine, type Options } from "./options.ts";

function options(...words: string[]): Options {
  const line = commandLine(words);
  assert.ok(line.ok, words.join(" "));
  return line.options;
}

test("the number of -t options selects the stamp", () => {
  const style = (...words: string[]) => options(...words, "d").stamp;
  assert.deepEqual(
    [style(), style("-t"), style("-tt"), style("-t", "-tt"), style("-ttttv")],
    ["none", "tai64n", "utc", "iso", "iso"],
  );
});

test("-r and -R replace bytes that are not printable, and those named", () => {
  const becomes = (text: string, ...words: string[]) => {
    const table = options(...words, "d").replacements;
    return [...text]
      .map((c) => String.fromCharCode(table?.[c.charCodeAt(0)] ?? c.charCodeAt(0)))
      .join("");
  };
  assert.equal(becomes("a\t\0~\x7f\xff\r\n", "-r", "."), "a..~...\n");
  assert.equal(becomes("foo\tb", "-Rfb"), "_oo__");
  assert.equal(becomes("foo", "-Rf", "-r:"), ":oo");
  assert.equal(becomes("foo\tb", "-R", ""), "foo_b");
  assert.equal(options("d").replacements, undefined);
});

test("zero means the default, and -b must be larger than -l", () => {
  assert.equal(options("-l", "0", "d").lineBytes, 1_000);
  assert.equal(options("-lx", "d").lineBytes, 1_000);
  assert.equal(options("-l2000", "-b", "2001", "d").lineBytes, 2_000);
  for (const words of [["-l1024"], ["-b1000"], ["-l", "5", "-b5"]]) {
    assert.equal(commandLine([...words, "d"]).ok, false, words.join(" "));
  }
});

test("unknown options and wrong arguments are refused", () => {
  for (const words of [
    [],
    ["-r", "ab", "d"],
    ["-r", "", "d"],
    ["-j", "", "d"],
    ["-t"],
    ["-r", "", "-x"],
  ]) {
    assert.deepEqual(commandLine(words), { ok: false, problem: undefined, version: false });
  }
  const unknown = commandLine(["-x", "d"]);
  assert.equal(unknown.ok || unknown.problem, "illegal option -- x");
  const version = commandLine(["-V"]);
  assert.equal(!version.ok && version.version, true);
});

test("-j without -t stamps with ISO 8601", () => {
  assert.equal(options("-jtime", "d").stamp, "iso");
  assert.equal(options("-jtime", "-t", "d").stamp, "tai64n");
});
