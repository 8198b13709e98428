/**
 * The files of a service directory that people look into: a fixed list, so that no request names a
 * path. What the environment directory holds is secret, and not shown.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { LIMIT_FILES, MAIN_FILES } from "../../../../protocol/service-directory.ts";

const SHOWN = [
  "run",
  "finish",
  "check",
  "down",
  "essential",
  "access",
  ...LIMIT_FILES,
  ...MAIN_FILES,
];
const LOG_SHOWN = [
  "log/run",
  "log/finish",
  "log/main/config",
  ...LIMIT_FILES.map((name) => `log/${name}`),
];
const FOLDERS = ["control", "needs", "after"];
const CONTENT_MAX_BYTES = 65_536;

interface ServiceFile {
  readonly path: string;
  /** Permission bits, as `755`; of the file alone. */
  readonly mode?: string;
  /** Its text, or as much as 64 KiB of it. */
  readonly content?: string;
  /** Where a link leads to: the console does not follow it. */
  readonly target?: string;
  /** Why it is not shown. */
  readonly problem?: string;
}

export function filesOf(directory: string): ServiceFile[] {
  const folders = FOLDERS.flatMap((folder) =>
    namesIn(`${directory}/${folder}`).map((name) => `${folder}/${name}`),
  );
  return [...SHOWN, ...folders, ...LOG_SHOWN].flatMap((path) => fileAt(directory, path) ?? []);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** @returns `undefined` if there is none */
function fileAt(directory: string, path: string): ServiceFile | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const full = `${directory}/${path}`;
  let fd: number | undefined;
  try {
    // The owner of the service may have put a link to somebody else's file there.
    fd = openSync(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    const found = fstatSync(fd);
    if (!found.isFile()) return { path, problem: "it is not a file" };
    const bytes = Buffer.alloc(Math.min(found.size, CONTENT_MAX_BYTES));
    const count = readSync(fd, bytes, 0, bytes.length, 0);
    const mode = (found.mode & 0o7777).toString(8);
    return { path, mode, content: bytes.toString("utf8", 0, count) };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "ELOOP") return { path, target: readlinkSync(full) };
    return { path, problem: code === "EACCES" ? "permission denied" : message };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
