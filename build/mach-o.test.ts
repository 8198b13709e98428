/** The signature of a macOS executable, on one that is made here: a header, two pages, hashes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { signAgain } from "./mach-o.ts";

const PAGE_BYTES = 4_096;
/** The signature begins in the second page, which is hashed up to there. */
const LIMIT = PAGE_BYTES + 1_000;
const HASHES = 64;
const HASH_BYTES = 32;

function executable(): Buffer {
  const directory = LIMIT + 20;
  const file = Buffer.alloc(directory + HASHES + 2 * HASH_BYTES);
  const [magic, commands] = [0xfeedfacf, 2];
  file.writeUInt32LE(magic, 0);
  file.writeUInt32LE(commands, 16);
  const other = [0x19, 24]; // LC_SEGMENT_64 and its size, as a command to skip
  const signature = [0x1d, 16, LIMIT, file.length - LIMIT];
  for (const [index, word] of other.entries()) file.writeUInt32LE(word, 32 + index * 4);
  for (const [index, word] of signature.entries()) file.writeUInt32LE(word, 56 + index * 4);
  const blobs = [0xfade0cc0, file.length - LIMIT, 1, 0, 20];
  const [hashes, count] = [HASHES, 2];
  const code = [0xfade0c02, HASHES + 2 * HASH_BYTES, 0x20400, 2, hashes, 44, 0, count, LIMIT];
  for (const [index, word] of [...blobs, ...code].entries()) {
    file.writeUInt32BE(word, LIMIT + index * 4);
  }
  file.set([HASH_BYTES, 2, 0, Math.log2(PAGE_BYTES)], directory + 36); // 2: SHA-256
  return file;
}

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

test("each page has its hash, the last one up to the signature", () => {
  const file = executable();
  file.write("changed", 2_000);
  file.write("changed", PAGE_BYTES + 500);
  signAgain(file);
  const hashes = file.subarray(LIMIT + 20 + HASHES);
  assert.equal(hashes.toString("hex", 0, HASH_BYTES), hashOf(file.subarray(0, PAGE_BYTES)));
  assert.equal(hashes.toString("hex", HASH_BYTES), hashOf(file.subarray(PAGE_BYTES, LIMIT)));
});

test("only the hashes change", () => {
  const file = executable();
  const before = Buffer.from(file);
  signAgain(file);
  const hashesAt = LIMIT + 20 + HASHES;
  assert.deepEqual(file.subarray(0, hashesAt), before.subarray(0, hashesAt));
  assert.equal(file.length, before.length);
});

test("a file of another format, or without a signature, stays as it is", () => {
  const unsigned = executable();
  unsigned.writeUInt32LE(0x2a, 56); // another command
  for (const file of [Buffer.alloc(100_000, "\x7fELF"), Buffer.alloc(3), unsigned]) {
    const before = Buffer.from(file);
    signAgain(file);
    assert.deepEqual(file, before);
  }
});
