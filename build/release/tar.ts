/**
 * Writes tar archives whose bytes depend on the entries and one time alone: owner and group are 0.
 *
 * Source of the format: POSIX, pax(1), "ustar Interchange Format".
 */
import { gzipSync } from "node:zlib";
import { BuildError } from "../run.ts";
import type { Entry } from "./entry.ts";

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Two blocks of zeros end an archive. */
const END = Buffer.alloc(2 * BLOCK_BYTES);
const DIRECTORY_MODE = 0o755;

const AT = { mode: 100, uid: 108, gid: 116, size: 124, time: 136, sum: 148, type: 156 };
const LINK_AT = 157;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const MAGIC = "ustar\u000000";
const TYPE = { file: "0", link: "2", directory: "5" };

/** A gzipped archive, with the directories of the entries. @param timeS of all entries */
export function tarball(entries: readonly Entry[], timeS: number): Buffer {
  return gzipSync(tar(entries, timeS), { level: 9 });
}

export function tar(entries: readonly Entry[], timeS: number): Buffer {
  const seen = new Set<string>();
  const blocks = entries.flatMap((entry) => {
    const folders = foldersOf(entry.path).filter((folder) => !seen.has(folder));
    for (const folder of folders) seen.add(folder);
    return [...folders.map((folder) => directory(folder, timeS)), ...file(entry, timeS)];
  });
  return Buffer.concat([...blocks, END]);
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`);
}

function directory(path: string, timeS: number): Buffer {
  return header({ path, mode: DIRECTORY_MODE, bytes: 0, timeS, type: TYPE.directory, target: "" });
}

function file({ path, mode, content, target = "" }: Entry, timeS: number): Buffer[] {
  const type = target === "" ? TYPE.file : TYPE.link;
  const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return [header({ path, mode, bytes: content.length, timeS, type, target }), content, padding];
}

interface Header {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  readonly timeS: number;
  readonly type: string;
  readonly target: string;
}

function header({ path, mode, bytes, timeS, type, target }: Header): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const [prefix, name] = halves(path);
  if (Buffer.byteLength(target) > NAME_BYTES) throw new BuildError(`${target}: too long for tar`);
  block.write(name, 0);
  block.write(octal(mode, 8), AT.mode);
  block.write(octal(0, 8), AT.uid);
  block.write(octal(0, 8), AT.gid);
  block.write(octal(bytes, 12), AT.size);
  block.write(octal(timeS, 12), AT.time);
  block.write(" ".repeat(8), AT.sum); // the checksum is made with spaces in its place
  block.write(type, AT.type);
  block.write(target, LINK_AT);
  block.write(MAGIC, MAGIC_AT, "latin1");
  block.write(prefix, PREFIX_AT);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)} `, AT.sum, "latin1");
  return block;
}

/** A long path is split at a slash. */
function halves(path: string): [string, string] {
  if (Buffer.byteLength(path) <= NAME_BYTES) return ["", path];
  const at = path.indexOf("/", path.length - NAME_BYTES - 1);
  if (at < 0 || at > PREFIX_BYTES) throw new BuildError(`${path}: too long for tar`);
  return [path.slice(0, at), path.slice(at + 1)];
}

/** With a NUL behind it. */
function octal(value: number, bytes: number): string {
  return `${value.toString(8).padStart(bytes - 1, "0")}\0`;
}
