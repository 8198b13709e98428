/**
 * What is no ELF executable, or has no room to spare, stays as it is; the rest is shown by
 * seal.test.ts.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cut } from "./elf.ts";
import { HOST } from "./paths.ts";

test("leaves a file alone that is of another format", () => {
  const other = Buffer.alloc(100_000, "MZ");
  assert.equal(cut(other, 4_096, 65_536), other);
});

test("leaves an executable alone in which no whole page is left over", () => {
  const host = readFileSync(HOST);
  assert.equal(cut(host, 8_193, 12_287), host);
});

test("leaves an executable alone of which no segment has the bytes", () => {
  const host = readFileSync(HOST);
  assert.equal(cut(host, host.length, host.length + 65_536), host);
});
