/**
 * Explains why a program could not be executed, in more detail than execve(2) reports: `ENOENT`,
 * for example, means either that the program is missing or that the interpreter of a script is.
 *
 * Source: execve(2), ERRORS and "Interpreter scripts"; elf(5), PT_INTERP; proc_pid_mountinfo(5).
 */
import * as posix from "posix";
import { type ErrorCode, ignoringErrors, reason } from "./errors.ts";
import { printable } from "./printable.ts";

/**
 * Enough for the `#!` line, of which Linux reads 256 bytes, and for the loader's name in most
 * executables.
 */
export const HEAD_BYTES = 4_096;
/** Linux returns `ELOOP` after this many interpreters that are scripts themselves. */
export const INTERPRETERS_MAX = 5;
export const MAY_EXECUTE = 0o111;
const OWNER_MAY_EXECUTE = 0o100;
const MOUNT_ID = "mnt_id:\t";
export const BYTE_ORDER_MARK = "\xef\xbb\xbf";

/**
 * @param path the program, relative to the current directory
 * @param shown its path for the reader of the message, who is in another directory
 * @returns runit's words for the error and any further detail, such as `access denied (not
 * executable: chmod +x ./run)` or `interpreter /bin/bsh: file does not exist`; printable ASCII, at
 * most a few hundred characters
 */
export function execFailure(path: string, error: ErrorCode, shown = path): string {
  return explain(path, error, { depth: 0, shown });
}

/** The program: its path in messages, and of how many scripts it is the interpreter. */
interface ShownProgram {
  readonly depth: number;
  readonly shown: string;
}

function explain(path: string, error: ErrorCode, program: ShownProgram): string {
  const detail = ignoringErrors(() => detailOf(path, error, program)) ?? {};
  if (detail.interpreter === undefined) return withHint(reason(error), detail.hint);
  const { interpreter, hint } = detail;
  const next = { depth: program.depth + 1, shown: interpreter };
  return withHint(
    `interpreter ${printable(interpreter)}: ${explain(interpreter, error, next)}`,
    hint,
  );
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text} (${hint})`;
}

interface Detail {
  readonly hint?: string;
  /** The file is a script, and its interpreter is the file that cannot be executed. */
  readonly interpreter?: string;
}

/** @throws {PosixError} the file cannot be examined; the message then gives errno only */
function detailOf(path: string, error: ErrorCode, { depth, shown }: ShownProgram): Detail {
  const found = posix.stat(posix.AT_FDCWD, path, 0);
  if (found === undefined) return linkDetail(path);
  const type = found.mode & posix.S_IFMT;
  if (type === posix.S_IFDIR) return { hint: "a directory" };
  if (type !== posix.S_IFREG) return { hint: "not a regular file" };
  if (error.code === "EACCES") {
    if (!isExecutable(found)) return { hint: `not executable: chmod +x ${printable(shown)}` };
    if (isOnNoexec(path)) return { hint: "on a file system that is mounted noexec" };
  }
  const head = posix.readText(posix.AT_FDCWD, path, HEAD_BYTES) ?? "";
  const interpreter = interpreterOf(head);
  if (interpreter !== undefined && depth < INTERPRETERS_MAX) {
    const isDos = interpreter.endsWith("\r");
    return isDos
      ? { interpreter, hint: "the #! line ends with a carriage return" }
      : { interpreter };
  }
  if (error.code === "ENOEXEC") return { hint: whyNoProgram(head) };
  const loader = error.code === "ENOENT" ? loaderOf(head) : undefined;
  return loader === undefined ? {} : { hint: `its loader ${printable(loader)} is missing` };
}

function linkDetail(path: string): Detail {
  const isLink = posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW) !== undefined;
  return isLink ? { hint: `a link to ${printable(posix.readlink(posix.AT_FDCWD, path))}` } : {};
}

/** Whether the mode lets this user execute the file; groups are not checked. */
function isExecutable({ mode, uid }: posix.Stat): boolean {
  const user = posix.geteuid();
  return (mode & (user !== 0 && uid === user ? OWNER_MAY_EXECUTE : MAY_EXECUTE)) !== 0;
}

export function isOnNoexec(path: string): boolean {
  return mountOptions(path).includes("noexec");
}

/**
 * The options of the mount that a file or directory is on, such as `ro`; empty if /proc does not
 * show them.
 *
 * @throws {PosixError} it cannot be opened
 */
export function mountOptions(path: string): readonly string[] {
  const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  let info: string;
  try {
    info = posix.readText(posix.AT_FDCWD, `/proc/self/fdinfo/${fd}`) ?? "";
  } finally {
    posix.close(fd);
  }
  const mount = info.split("\n").find((line) => line.startsWith(MOUNT_ID));
  const mounts = posix.readText(posix.AT_FDCWD, "/proc/self/mountinfo") ?? "";
  const id = mount?.slice(MOUNT_ID.length);
  const line = mounts.split("\n").find((each) => each.split(" ", 1)[0] === id);
  return line?.split(" ")[5]?.split(",") ?? [];
}

/** Returns the first word of a `#!` line; `undefined` if there is no such line. */
export function interpreterOf(head: string): string | undefined {
  if (!head.startsWith("#!")) return undefined;
  const line = head.slice(2).split("\n", 1)[0] ?? "";
  const words = line.split("\0", 1)[0]?.replaceAll("\t", " ").split(" ") ?? [];
  return words.find((word) => word !== "");
}

function whyNoProgram(head: string): string {
  if (head === "") return "an empty file";
  if (head.startsWith("\x7fELF")) return "an executable for another architecture";
  if (head.startsWith(`${BYTE_ORDER_MARK}#!`)) return "a byte order mark before its #! line";
  return head.startsWith("#!") ? "no interpreter in its #! line" : "no #! line";
}

/**
 * Returns the loader's path from an ELF file: the one string near its start that looks like such a
 * path.
 */
export function loaderOf(head: string): string | undefined {
  if (!head.startsWith("\x7fELF")) return undefined;
  return head.split("\0").find((text) => text.startsWith("/") && text.includes("/ld"));
}
