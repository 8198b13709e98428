/**
 * Signs a macOS executable again whose pages have changed. macOS runs no executable with a page
 * that its signature does not match; the linker has signed the host. Such a signature, without a
 * certificate, is a list of hashes, one for each page.
 *
 * Source of the numbers: the headers mach-o/loader.h and kern/cs_blobs.h of macOS. The numbers of
 * a signature are big-endian.
 */
import { createHash } from "node:crypto";

const MAGIC = 0xfeedfacf; // 64 bits, little-endian
const COMMANDS_COUNT_AT = 16;
const COMMANDS_AT = 32;
const LC_CODE_SIGNATURE = 0x1d;

const BLOBS_COUNT_AT = 8;
const BLOBS_AT = 12;
const BLOB_BYTES = 8;
const CODE_DIRECTORY_MAGIC = 0xfade0c02;
const DIRECTORY = { hashes: 16, count: 28, limit: 32, hashBytes: 36, hashType: 37, pageLog2: 39 };
const HASH_NAMES: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256" };

/** Corrects the hashes in place; leaves a file alone that is not a signed Mach-O executable. */
export function signAgain(executable: Buffer): void {
  const start = signatureAt(executable);
  if (start === undefined) return;
  const count = executable.readUInt32BE(start + BLOBS_COUNT_AT);
  for (let index = 0; index < count; index += 1) {
    const offsetAt = start + BLOBS_AT + index * BLOB_BYTES + 4;
    const blob = start + executable.readUInt32BE(offsetAt);
    if (executable.readUInt32BE(blob) === CODE_DIRECTORY_MAGIC) hashPages(executable, blob);
  }
}

/** The offset of the signature; `undefined` if there is none. */
function signatureAt(executable: Buffer): number | undefined {
  if (executable.length < COMMANDS_AT || executable.readUInt32LE(0) !== MAGIC) return undefined;
  let at = COMMANDS_AT;
  for (let left = executable.readUInt32LE(COMMANDS_COUNT_AT); left > 0; left -= 1) {
    if (executable.readUInt32LE(at) === LC_CODE_SIGNATURE) return executable.readUInt32LE(at + 8);
    at += executable.readUInt32LE(at + 4);
  }
  return undefined;
}

/** @param directory the offset of a CodeDirectory, which has the hashes */
function hashPages(executable: Buffer, directory: number): void {
  const word = (at: number): number => executable.readUInt32BE(directory + at);
  const byte = (at: number): number => executable.readUInt8(directory + at);
  const pageBytes = 2 ** byte(DIRECTORY.pageLog2);
  const name = HASH_NAMES[byte(DIRECTORY.hashType)] ?? "sha256";
  for (let page = 0; page < word(DIRECTORY.count); page += 1) {
    const end = Math.min((page + 1) * pageBytes, word(DIRECTORY.limit));
    const hash = createHash(name)
      .update(executable.subarray(page * pageBytes, end))
      .digest();
    const bytes = byte(DIRECTORY.hashBytes);
    hash.copy(executable, directory + word(DIRECTORY.hashes) + page * bytes, 0, bytes);
  }
}
