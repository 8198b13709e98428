import assert from "node:assert/strict";
import { test } from "node:test";
import { directoriesIn } from "./logger-words.ts";

const of = (line: string) => directoriesIn(line.split(" "));

test("a logger's directories are read from its command line", () => {
  assert.deepEqual(of("svlogd -tt ./main"), ["./main"]);
  assert.deepEqual(of("/usr/bin/svlogd -ttv -l 900 -b4096 /var/log/a b"), ["/var/log/a", "b"]);
  assert.deepEqual(of("svlogd -j time -- -odd"), ["-odd"]);
  assert.deepEqual(of("svlogd -r _ -R x main"), ["main"]);
  assert.deepEqual(of("s6-log -b n20 s1000000 T /var/log/web"), ["/var/log/web"]);
  assert.deepEqual(of("multilog t ./main !gzip"), ["./main"]);
});

test("other programs are not asked", () => {
  assert.equal(of("logger -t web"), undefined);
  assert.equal(directoriesIn([]), undefined);
});
