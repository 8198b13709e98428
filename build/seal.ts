/**
 * Seals programs into a copy of the host. host/src/seal.rs defines the layout of the payload.
 *
 * The bytes are written in place, into a section of the executable that was reserved for them, so
 * that strip(1) and code signing work. The unused pages of the section are cut out. The result
 * appears under its name in one step.
 */
import { chmod, mkdir, open, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { cut, hasFixedAddresses } from "./elf.ts";
import { imageOf } from "./image.ts";
import { signAgain } from "./mach-o.ts";
import { HOST, TARGET } from "./paths.ts";
import { BuildError } from "./run.ts";
import { isForLinux } from "./zig.ts";

/** One program: its bytecode, under one or several names. */
export interface Program {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly bytecode: Uint8Array;
  /** See base/trace-table.ts. */
  readonly traceTable: string;
}

// As in host/src/seal.rs.
const MAGIC = "runits payload 1";
const BYTES_AT = 16;
const COUNT_AT = 20;
const IMAGE_AT = 24;
const IMAGE_BYTES_AT = 28;
const ENTRIES_AT = 32;
const ENTRY_BYTES = 24;
const PAGE_BYTES = 4096;

const FOR_LINUX = TARGET === undefined ? process.platform === "linux" : isForLinux(TARGET);

/** Whether executables of the target run on this machine, which an image takes. */
const RUNS_HERE = TARGET === undefined || isOfThisMachine(TARGET);

/**
 * Writes `outFile`, an executable with these programs; the first is the default one.
 *
 * @param hasImage whether that one starts from an image, if the host can do so on this system
 */
export async function seal(
  programs: readonly Program[],
  outFile: string,
  hasImage = false,
): Promise<void> {
  const executable = await readFile(HOST);
  const at = payloadAt(executable);
  const capacity = executable.readUInt32LE(at + BYTES_AT);
  const payload = payloadOf(programs);
  if (payload.length > capacity) {
    throw new BuildError(
      `${basename(outFile)}: ${payload.length} bytes of programs do not fit into the ${capacity} bytes ` +
        "that the host has for them: raise CAPACITY in host/src/seal.rs",
    );
  }
  const canHaveImage = executable.readUInt32LE(at + IMAGE_AT) !== 0;
  payload.copy(executable, at + COUNT_AT, COUNT_AT);
  executable.writeUInt32LE(payload.length, at + BYTES_AT);
  await mkdir(dirname(outFile), { recursive: true });
  const beside = `${outFile}.${process.pid}.new`;
  let end = at + payload.length;
  if (hasImage && RUNS_HERE && canHaveImage && hasFixedAddresses(executable)) {
    end = await addImage(executable, { at, end }, beside);
  }
  signAgain(executable);
  // The BSDs recognise their executables by the notes, which a cut removes.
  await writeExecutable(beside, FOR_LINUX ? cut(executable, end, at + capacity) : executable);
  await rename(beside, outFile);
}

/**
 * Puts the image behind the payload. @param file a name for the executable that makes it
 * @returns where the image ends
 */
async function addImage(
  executable: Buffer,
  payload: { readonly at: number; readonly end: number },
  file: string,
): Promise<number> {
  // A page of the file is one of the memory.
  const at = Math.ceil(payload.end / PAGE_BYTES) * PAGE_BYTES;
  executable.writeUInt32LE(at - payload.at, payload.at + IMAGE_AT);
  await writeExecutable(file, executable);
  const image = await imageOf(file);
  image.copy(executable, at);
  executable.writeUInt32LE(image.length, payload.at + IMAGE_BYTES_AT);
  return at + image.length;
}

async function writeExecutable(path: string, content: Buffer): Promise<void> {
  const file = await open(path, "w", 0o755);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
  await chmod(path, 0o755); // the umask may have removed bits
}

/** Makes each name, beside the executable, a link to it, each in one step. */
export async function link(executable: string, names: readonly string[]): Promise<void> {
  const target = basename(executable);
  for (const name of names) {
    if (name === target) continue;
    const path = `${dirname(executable)}/${name}`;
    if ((await targetOf(path)) === target) continue;
    const beside = `${path}.${process.pid}.new`;
    await rm(beside, { force: true });
    await symlink(target, beside);
    await rename(beside, path);
  }
}

/** The target of a link; `undefined` if the path is not a link. */
export function targetOf(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

function isOfThisMachine(target: string): boolean {
  const processor = { x64: "x86_64", arm64: "aarch64" }[process.arch as string];
  return process.platform === "linux" && target.startsWith(`${processor}-unknown-linux-`);
}

function payloadAt(executable: Buffer): number {
  const at = executable.indexOf(MAGIC, 0, "latin1");
  if (at < 0) throw new BuildError(`${HOST}: has no payload to write into`);
  if (executable.indexOf(MAGIC, at + 1, "latin1") >= 0) {
    throw new BuildError(
      `${HOST}: the payload's magic occurs twice, so there is no telling where it is`,
    );
  }
  return at;
}

/**
 * The payload from its start, without the magic, which is already there, and the number of bytes.
 */
function payloadOf(programs: readonly Program[]): Buffer {
  // The names of one program share its bytecode.
  const entries = programs.flatMap(({ name, aliases = [], bytecode, traceTable }) => {
    const shared = [Buffer.from(bytecode), Buffer.from(traceTable)];
    return [name, ...aliases].map((one) => [Buffer.from(one), ...shared]);
  });
  const header = Buffer.alloc(ENTRIES_AT + entries.length * ENTRY_BYTES);
  header.writeUInt32LE(entries.length, COUNT_AT);
  const parts: Buffer[] = [header];
  const offsets = new Map<Buffer, number>();
  let end = header.length;
  let at = ENTRIES_AT;
  for (const part of entries.flat()) {
    const offset = offsets.get(part) ?? end;
    header.writeUInt32LE(offset, at);
    header.writeUInt32LE(part.length, at + 4);
    at += 8;
    if (offsets.has(part)) continue;
    offsets.set(part, end);
    parts.push(part);
    end += part.length;
  }
  return Buffer.concat(parts);
}
