import assert from "node:assert/strict";
import { test } from "node:test";
import { decompressorOf, labelOf, rotatedFiles } from "./log-names.ts";

const label = (digit: string) => `@40000000${"0".repeat(15)}${digit}`;
const [one, two, three] = [label("1"), label("2"), label("3")];

test("a label is @ and 24 digits before a dot", () => {
  assert.equal(labelOf(`${one}.s`), one);
  for (const name of ["current", "lock", "@", `${one}`, `${one}0.s`, `${one.slice(0, -1)}x.s`]) {
    assert.equal(labelOf(name), undefined, name);
  }
});

test("rotated files come in the order of their labels, each once", () => {
  const names = [`${two}.s`, "current", `${one}.s`, "config", `${three}.t`, "lock", "state"];
  assert.deepEqual(rotatedFiles(names), [`${one}.s`, `${two}.s`]);
  assert.deepEqual(rotatedFiles([`${one}.t`, `${one}.s`, `${one}.u`]), [`${one}.u`]);
  assert.deepEqual(rotatedFiles([`${one}.s.gz`, `${one}.s`]), [`${one}.s`]);
  assert.deepEqual(rotatedFiles([`${one}.s.gz`, `${one}.s.tmp`]), [`${one}.s.gz`]);
});

test("the content of a file says which program decompresses it", () => {
  const of = (...bytes: number[]) => decompressorOf(Uint8Array.from(bytes));
  assert.equal(of(0x1f, 0x8b, 8), "gzip");
  assert.equal(of(0x28, 0xb5, 0x2f, 0xfd, 0, 0), "zstd");
  assert.equal(of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), "xz");
  assert.equal(of(0x42, 0x5a, 0x68, 0x39), "bzip2");
  assert.equal(of(0x04, 0x22, 0x4d, 0x18), "lz4");
  assert.equal(of(0x40, 0x34), undefined);
  assert.equal(of(), undefined);
});
