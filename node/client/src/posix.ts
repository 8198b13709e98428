/**
 * Module posix for Node: the calls of the contract, posix/posix.d.ts, that looking at services,
 * commanding them and reading their logs take. So the client has the code of sv, and no second
 * reader of any format. The build fails if bundled code needs a call that is not here.
 *
 * All calls are synchronous, and none blocks: they are about small files, and FIFOs are opened with
 * `O_NONBLOCK`.
 */
import * as fs from "node:fs";
import { constants as system } from "node:os";
import type * as posix from "posix";

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;

export const {
  O_RDONLY,
  O_WRONLY,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_DIRECTORY,
  O_NOFOLLOW,
  S_IFMT,
  S_IFREG,
  S_IFDIR,
  S_IFLNK,
  S_IFIFO,
} = fs.constants;

class SystemCallError extends Error implements posix.PosixError {
  override readonly name = "PosixError";
  readonly code: string;
  readonly errno: number;
  readonly call: posix.Call;
  readonly path: string | undefined;

  constructor(cause: NodeJS.ErrnoException, call: posix.Call, path: string | undefined) {
    super(cause.message, { cause });
    this.code = cause.code ?? "EIO";
    this.errno = Math.abs(cause.errno ?? 0);
    this.call = call;
    this.path = path;
  }
}

function calling<T>(call: posix.Call, path: string | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    // An error of Node's own, such as for a wrong type, has no number.
    if (error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === "number") {
      throw new SystemCallError(error, call, path);
    }
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** A path as bytes. Node has no call that takes a directory's descriptor, but Linux has names. */
function at(dir: number, path: string): Buffer {
  const isPlain = dir === AT_FDCWD || path.startsWith("/");
  return Buffer.from(isPlain ? path : `/proc/self/fd/${dir}/${path}`, "latin1");
}

// --------------------------------------------------------------------------------------- process

export const getenv: typeof posix.getenv = (name) => {
  const value = process.env[name];
  return value === undefined ? undefined : Buffer.from(value).toString("latin1");
};

const parts = new Map<string, unknown>();

/** Makes a part of a tool available to {@link load}; here it is in the same bundle. */
export function definePart(name: string, part: unknown): void {
  parts.set(name, part);
}

export const load: typeof posix.load = (name) => {
  if (!parts.has(name)) throw new Error(`no part ${name} in this package`);
  return parts.get(name);
};

export const getpid: typeof posix.getpid = () => process.pid;

/** Node has no call for them; runits does without them also on an old kernel. */
export const pidfdOpen: typeof posix.pidfdOpen = () => unavailable("pidfd_open");
export const watchOpen: typeof posix.watchOpen = () => unavailable("inotify_init1");

function unavailable(call: posix.Call): never {
  const cause = Object.assign(new Error(`${call} is not available in Node`), { code: "ENOSYS" });
  throw new SystemCallError(cause, call, undefined);
}

export const geteuid: typeof posix.geteuid = () => process.geteuid?.() ?? -1;

export const kill: typeof posix.kill = (pid, signal) =>
  calling("kill", undefined, () => {
    process.kill(pid, signal);
  });

export const signalNumber: typeof posix.signalNumber = (name) =>
  (system.signals as Readonly<Record<string, number>>)[`SIG${name}`];

export const getrlimit: typeof posix.getrlimit = () => {
  // The only one that the client asks for is that of open files.
  const text = fs.readFileSync("/proc/self/limits", "latin1");
  const [, soft = "", hard = ""] = /^Max open files +(\S+) +(\S+)/m.exec(text) ?? [];
  const number = (word: string) => (word === "unlimited" ? Number.POSITIVE_INFINITY : Number(word));
  return { soft: number(soft), hard: number(hard) };
};

export const clockReal: typeof posix.clockReal = () => {
  const nowMs = Date.now();
  return { seconds: Math.floor(nowMs / 1_000), nanoseconds: (nowMs % 1_000) * 1_000_000 };
};

export const clockMonotonic: typeof posix.clockMonotonic = () => {
  const [seconds, nanoseconds] = process.hrtime();
  return { seconds, nanoseconds };
};

// ----------------------------------------------------------------------------------------- files

/** Where to read on, by descriptor: Node has no lseek. Only descriptors after a {@link seek}. */
const offsets = new Map<number, number>();

export const open: typeof posix.open = (dir, path, flags, mode) =>
  calling("open", path, () => fs.openSync(at(dir, path), flags, mode));

export const close: typeof posix.close = (fd) => {
  offsets.delete(fd);
  const end = lent.get(fd);
  if (end !== undefined) {
    lent.delete(fd);
    return end();
  }
  calling("close", undefined, () => fs.closeSync(fd));
};

/** Descriptors that belong to something else, with the function that closes them. */
const lent = new Map<number, () => void>();

/** From now on {@link close} calls `end` for this descriptor, once, which has to close it. */
export function lend(fd: number, end: () => void): void {
  lent.set(fd, end);
}

const READ_BYTES = 4_096;

export const readText: typeof posix.readText = (
  dir,
  path,
  max = Number.POSITIVE_INFINITY,
  flags = 0,
) =>
  calling("read", path, () => {
    let fd: number;
    try {
      fd = fs.openSync(at(dir, path), O_RDONLY | O_NONBLOCK | flags);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
    try {
      let text = "";
      while (text.length < max) {
        const bytes = readOnce(fd, Math.min(max - text.length, READ_BYTES));
        if (bytes === undefined || bytes.length === 0) break;
        text += bytes.toString("latin1");
      }
      return text;
    } finally {
      fs.closeSync(fd);
    }
  });

export const read: typeof posix.read = (fd, max) =>
  calling("read", undefined, () => readOnce(fd, max));

export const readInto: typeof posix.readInto = (fd, bytes, offset, max) =>
  calling("read", undefined, () => {
    const position = offsets.get(fd);
    const count = unlessAgain(() => fs.readSync(fd, bytes, offset, max, position ?? null));
    if (position !== undefined) offsets.set(fd, position + (count ?? 0));
    return count;
  });

function readOnce(fd: number, max: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(max);
  const count = readInto(fd, bytes, 0, max);
  return count === undefined ? undefined : bytes.subarray(0, count);
}

export const seek: typeof posix.seek = (fd, offset) => {
  offsets.set(fd, offset);
};

export const write: typeof posix.write = (fd, bytes) =>
  calling("write", undefined, () =>
    unlessAgain(() =>
      fs.writeSync(fd, typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    ),
  );

function unlessAgain(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

export const stat: typeof posix.stat = (dir, path, flags) =>
  calling("stat", path, () => {
    const look = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? fs.statSync : fs.lstatSync;
    try {
      return statOf(look(at(dir, path), { bigint: true }));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  });

export const mode: typeof posix.mode = (dir, path, flags) => stat(dir, path, flags)?.mode;

export const fstat: typeof posix.fstat = (fd) =>
  calling("fstat", undefined, () => statOf(fs.fstatSync(fd, { bigint: true })));

const NS_PER_S = 1_000_000_000n;

function statOf(found: fs.BigIntStats): posix.Stat {
  return {
    id: `${found.dev}:${found.ino}`,
    mode: Number(found.mode),
    uid: Number(found.uid),
    gid: Number(found.gid),
    links: Number(found.nlink),
    size: Number(found.size),
    mtimeS: Number(found.mtimeNs / NS_PER_S),
    mtimeNs: Number(found.mtimeNs % NS_PER_S),
    ctimeMs: Number(found.ctimeMs),
  };
}

export const numbers: typeof posix.numbers = (text, start, count) => {
  const words = text.slice(start).split(/[ \n]/, count);
  const end = words.findIndex((word) => !/^-?\d+$/.test(word));
  return words.slice(0, end < 0 ? words.length : end).map(Number);
};

export const ftruncate: typeof posix.ftruncate = (fd, length) =>
  calling("ftruncate", undefined, () => fs.ftruncateSync(fd, length));

export const rename: typeof posix.rename = (fromDir, from, toDir, to) =>
  calling("rename", from, () => fs.renameSync(at(fromDir, from), at(toDir, to)));

export const readdir: typeof posix.readdir = (fd) =>
  calling("readdir", undefined, () => fs.readdirSync(`/proc/self/fd/${fd}`, "latin1"));

export const readlink: typeof posix.readlink = (dir, path) =>
  calling("readlink", path, () => fs.readlinkSync(at(dir, path), "latin1"));

export const symlink: typeof posix.symlink = (target, dir, path) =>
  calling("symlink", path, () => fs.symlinkSync(Buffer.from(target, "latin1"), at(dir, path)));

export const unlink: typeof posix.unlink = (dir, path) =>
  calling("unlink", path, () => fs.unlinkSync(at(dir, path)));
