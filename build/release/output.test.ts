import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sandbox } from "../../tests/support/sandbox.ts";
import { differencesFrom, writeRelease } from "./output.ts";

const ASSETS = [
  { name: "b.tgz", content: Buffer.from("b") },
  { name: "a.tgz", content: Buffer.from("a") },
];

test("a release replaces the one before, with checksums and a signature of them", async (t) => {
  const dir = join(sandbox(t).dir, "a release");
  mkdirSync(dir);
  writeFileSync(join(dir, "old.tgz"), "");
  await writeRelease(dir, ASSETS, "sed 's/^/signed /'");
  assert.deepEqual(readdirSync(dir), ["SHA256SUMS", "SHA256SUMS.sig", "a.tgz", "b.tgz"]);
  execFileSync("sha256sum", ["--check", "--quiet", "SHA256SUMS"], { cwd: dir });
  const sums = readFileSync(join(dir, "SHA256SUMS"), "utf8");
  assert.equal(
    readFileSync(join(dir, "SHA256SUMS.sig"), "utf8"),
    sums.replace(/^(?=.)/gm, "signed "),
  );
});

test("a release that cannot be signed leaves the one before", async (t) => {
  const { dir: box } = sandbox(t);
  const dir = join(box, "release");
  await writeRelease(dir, ASSETS);
  for (const [command, reason] of [
    ["echo no key >&2; exit 2", "exit 2: no key"],
    ["true", "it printed nothing"],
  ] as const) {
    const message = `release: unable to sign: ${command}: ${reason}`;
    await assert.rejects(writeRelease(dir, [], command), { message });
  }
  assert.deepEqual(
    [readdirSync(box), readdirSync(dir)],
    [["release"], ["SHA256SUMS", "a.tgz", "b.tgz"]],
  );
});

test("a release is compared with an earlier one, file by file", async (t) => {
  const dir = join(sandbox(t).dir, "release");
  await writeRelease(dir, ASSETS);
  assert.deepEqual(await differencesFrom(dir, ASSETS), []);
  const others = [
    { name: "a.tgz", content: Buffer.from("another") },
    { name: "c.tgz", content: Buffer.from("c") },
  ];
  assert.deepEqual(await differencesFrom(dir, others), ["a.tgz: differs", `c.tgz: not in ${dir}`]);
});
