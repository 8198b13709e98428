/** svlogd writes lines: ends, stamps, prefixes, replaced bytes and long lines. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { improved, stage } from "../../support/svlogd-stage.ts";

test("svlogd appends lines to current, and marks it closed at the end", async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  log.write("one\n");
  await log.idle();
  assert.deepEqual(dir.files(), [{ name: "current", mode: "644", text: "one\n" }]);
  log.write("two\n");
  assert.equal(await log.end(), 0);
  assert.deepEqual(dir.files(), [{ name: "current", mode: "744", text: "one\ntwo\n" }]);
});

test("a last line without a newline is logged with one", improved("last-line"), async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  log.write("one\ntwo");
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), "one\ntwo\n");
});

test("TERM: svlogd logs the input so far", improved("term-drains"), async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  await log.idle();
  const text = "0123456789\n".repeat(5_000);
  log.write(`${text}and this`);
  assert.equal(await log.kill("SIGTERM"), 0);
  assert.equal(dir.text(), `${text}and this\n`);
});

test("-t, -tt and -ttt stamp a line in their styles", async (t) => {
  const { dir, start } = stage(t);
  const forms: [string, RegExp][] = [
    ["-t", /^@4[0-9a-f]{23} x\n$/],
    ["-tt", /^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} x\n$/],
    ["-ttt", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5} x\n$/],
  ];
  for (const [word, form] of forms) {
    const log = start(word);
    log.write("x\n");
    await log.end();
    assert.match(dir.text(), form);
    rmSync(join(dir.path, "current"));
  }
});

test("a line has the time of its first byte", async (t) => {
  const { dir, start } = stage(t);
  const log = start("-tt");
  log.write("a");
  await log.idle();
  const before = new Date().toISOString();
  await log.until("another moment", () => new Date().toISOString() > before);
  log.write("b\nc\n");
  await log.end();
  const [first = "", second = ""] = dir.text().split("\n");
  assert.ok(first.slice(0, 25) < second.slice(0, 25), dir.text());
});

test("-j puts the time into lines of JSON and before others", improved("-j"), async (t) => {
  const { dir, start } = stage(t, "pweb: \n");
  const log = start("-j", "at");
  log.write('{"a":1}\ntext\n{"long":"');
  await log.idle();
  log.write(`${"x".repeat(3_000)}"}\n`);
  await log.end();
  const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{5}";
  const [object, text, long] = dir.text().split("\n");
  assert.match(object ?? "", new RegExp(`^\\{"at":"${time}Z","a":1\\}$`));
  assert.match(text ?? "", new RegExp(`^${time} web: text$`));
  assert.match(long ?? "", new RegExp(`^\\{"at":"${time}Z","long":"x{3000}"\\}$`));
});

test("-r replaces in the whole of a long line", improved("replace-whole"), async (t) => {
  const { dir, start } = stage(t);
  const log = start("-r_");
  log.write(`${"a".repeat(1_500)}\x1b[31m\n`);
  await log.end();
  assert.equal(dir.text(), `${"a".repeat(1_500)}_[31m\n`);
});

test("-l and -b take numbers of any size, and long lines are held", async (t) => {
  const { box, dir, start } = stage(t, "-*x\n+*y\n");
  const long = "a".repeat(300_000);
  writeFileSync(join(box.dir, "lines"), `${long}x\n${long}y\nx\ny\n`);
  const log = start("-l", "4000000000", "-b", "4000000001");
  await log.feed(box, ["cat", join(box.dir, "lines")]);
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), `${long}y\ny\n`);
});
