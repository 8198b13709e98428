/** Reads the archives that the release writes, to say in which file two of them differ. */
import { gunzipSync } from "node:zlib";

const TAR_BLOCK_BYTES = 512;
const TAR_MAGIC = "ustar";
const TAR_MAGIC_AT = 257;
const AR_MAGIC = "!<arch>\n";
const AR_HEADER_BYTES = 60;
const GZIP_MAGIC = 0x8b1f;

/**
 * The name of the first file that differs between two archives, such as
 * `data.tar.gz/./usr/bin/runits`; `undefined` if they are the same.
 */
export function firstDifference(one: Buffer, other: Buffer): string | undefined {
  if (one.equals(other)) return undefined;
  const [members, others] = [membersOf(one), membersOf(other)];
  for (const [name, content] of members) {
    const its = others.get(name);
    if (its === undefined) return `${name} (in one of them only)`;
    const inside = firstDifference(content, its);
    if (inside !== undefined) return inside === "" ? name : `${name}/${inside}`;
  }
  return [...others.keys()].find((name) => !members.has(name)) ?? "";
}

/** A file that is no archive has none. */
function membersOf(file: Buffer): ReadonlyMap<string, Buffer> {
  if (file.length >= 2 && file.readUInt16LE(0) === GZIP_MAGIC) return tarMembers(gunzipSync(file));
  return file.toString("latin1", 0, AR_MAGIC.length) === AR_MAGIC ? arMembers(file) : new Map();
}

/** With the header of each, which has its mode, owner and time. Source: POSIX, pax(1), ustar. */
function tarMembers(file: Buffer): ReadonlyMap<string, Buffer> {
  const members = new Map<string, Buffer>();
  for (let at = 0; at < file.length; ) {
    const field = (from: number, bytes: number): string =>
      file.toString("utf8", at + from, at + from + bytes).replace(/\0.*$/s, "");
    const [name, prefix] = [field(0, 100), field(345, 155)];
    if (name === "" || field(TAR_MAGIC_AT, TAR_MAGIC.length) !== TAR_MAGIC) break;
    const blocks = 1 + Math.ceil(Number.parseInt(field(124, 12), 8) / TAR_BLOCK_BYTES);
    const next = at + blocks * TAR_BLOCK_BYTES;
    members.set(prefix === "" ? name : `${prefix}/${name}`, file.subarray(at, next));
    at = next;
  }
  return members;
}

/** Source: ar(5) of GNU. */
function arMembers(file: Buffer): ReadonlyMap<string, Buffer> {
  const members = new Map<string, Buffer>();
  for (let at = AR_MAGIC.length; at < file.length; ) {
    const name = file.toString("latin1", at, at + 16).trimEnd();
    const bytes = Number(file.toString("latin1", at + 48, at + 58));
    const from = at + AR_HEADER_BYTES;
    members.set(name, file.subarray(from, from + bytes));
    at = from + bytes + (bytes % 2);
  }
  return members;
}
