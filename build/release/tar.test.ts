import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { link, text } from "./entry.ts";
import { tar, tarball } from "./tar.ts";

const TIME_S = 86_400;
const ENTRIES = [text("a/b/run", "x".repeat(513), 0o755), link("a/link", "b/run"), text("c", "")];

function listed(archive: Buffer): string[] {
  const options = { input: archive, encoding: "utf8", env: { ...process.env, TZ: "UTC" } } as const;
  return execFileSync("tar", ["tvf", "-", "--numeric-owner"], options)
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " "));
}

test("an archive has each directory once, owner 0, and one time", () => {
  assert.deepEqual(listed(tar(ENTRIES, TIME_S)), [
    "drwxr-xr-x 0/0 0 1970-01-02 00:00 a/",
    "drwxr-xr-x 0/0 0 1970-01-02 00:00 a/b/",
    "-rwxr-xr-x 0/0 513 1970-01-02 00:00 a/b/run",
    "lrwxrwxrwx 0/0 0 1970-01-02 00:00 a/link -> b/run",
    "-rw-r--r-- 0/0 0 1970-01-02 00:00 c",
  ]);
});

test("a path of more than 100 bytes is split at a slash", () => {
  const path = `${"d".repeat(60)}/${"e".repeat(60)}/f`;
  assert.match(listed(tar([text(path, "")], TIME_S)).at(-1) ?? "", new RegExp(` ${path}$`));
  assert.throws(() => tar([text("g".repeat(101), "")], TIME_S), /too long for tar/);
});

test("a compressed archive depends on entries and time alone", () => {
  const archive = tarball(ENTRIES, TIME_S);
  assert.deepEqual(archive, tarball(ENTRIES, TIME_S));
  assert.deepEqual(gunzipSync(archive), tar(ENTRIES, TIME_S));
  assert.deepEqual([...archive.subarray(4, 8)], [0, 0, 0, 0]); // gzip's own time, RFC 1952
});
