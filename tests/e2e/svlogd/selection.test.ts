/** svlogd selects lines by rules, and sends some to standard error or by UDP. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { improved, stage } from "../../support/svlogd-stage.ts";

test(
  "patterns select lines, and a plus means once or more",
  improved("pattern-plus"),
  async (t) => {
    const { dir, start } = stage(t, "-*\n+foo+bar\n");
    const log = start();
    log.write("foob\nfoobbbar\nfoobar\nfoo\n");
    await log.end();
    assert.equal(dir.text(), "foobbbar\nfoobar\n");
  },
);

test("svlogd ends, whatever the rules and the lines are", async (t) => {
  // A pattern of 990 characters, and a line that follows it to its end.
  const pattern = "abcdefghijklmnopqrstuvwxyz,.-#/()".repeat(30);
  const { dir, start } = stage(t, `-${pattern}*\n`);
  const log = start();
  log.write(`${pattern}tail\nsecond\n`);
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), "second\n");
});

test("svlogd prints shortened lines for e rules, also if standard error does not keep up", async (t) => {
  const { box, dir, start } = stage(t, "-*\ne*\nE*not*\npweb: \n");
  writeFileSync(join(box.dir, "lines"), "abcd\nnot\nabcdef\n".repeat(20_000));
  const log = start("-l", "5");
  await log.feed(box, ["cat", join(box.dir, "lines")]);
  assert.equal(await log.end(), 0);
  assert.equal(log.stderr, "web: abcd\nweb: abcde...\n".repeat(20_000));
  assert.equal(dir.text(), "");
});

test("u sends shortened lines by UDP", async (t) => {
  const { dir, start } = stage(t);
  const socket = createSocket("udp4");
  t.after(async () => {
    socket.close();
  });
  const got: string[] = [];
  socket.on("message", (message) => got.push(message.toString("latin1")));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  dir.configure(`u127.0.0.1:${port}\npx: \n-skip\n`);
  const log = start("-l", "5");
  log.write("abc\nskip\n1234567890\n");
  await log.until("two datagrams", () => got.length === 2);
  assert.deepEqual(got, ["x: abc\n", "x: 12345...\n"]);
  await log.end();
  assert.equal(dir.text(), "x: abc\nx: 1234567890\n");
  dir.configure(`U127.0.0.1:${port}\n`);
  const again = start();
  again.write("only there\n");
  await again.until("datagram", () => got.length === 3);
  await again.end();
  assert.equal(dir.text(), "x: abc\nx: 1234567890\n");
});

test("with a wrong UDP address, lines still go to the file", improved("udp-address"), async (t) => {
  const { dir, start } = stage(t, "U1.2.3.400\n");
  const log = start();
  log.write("kept\n");
  await log.end();
  assert.equal(dir.text(), "kept\n");
  assert.match(log.stderr, /^svlogd: warning: unable to scan ip address: 1\.2\.3\.400$/m);
});

test(
  "config: a setting that is not understood is reported, at the start and at HUP",
  improved("config-warnings"),
  async (t) => {
    const { dir, start } = stage(t, "s10X\nn2\nnfoo\n");
    const log = start();
    log.write(`${"x".repeat(500)}\n`.repeat(10));
    await log.idle();
    const first = [
      "svlogd: warning: log/config:1: ignored: s10X\n",
      "svlogd: warning: log/config:3: ignored: nfoo\n",
    ].join("");
    assert.equal(log.stderr, first);
    assert.deepEqual(dir.old(), []);
    dir.configure("keep 30\n");
    await log.signal("SIGHUP");
    assert.equal(log.stderr, `${first}svlogd: warning: log/config:1: ignored: keep 30\n`);
    assert.equal(await log.end(), 0);
  },
);
