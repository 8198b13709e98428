/**
 * What a supervisor holds on to while it lives: the service directory, the locks, the FIFOs under
 * supervise/, taken in the original's order, in which a second supervisor fails before it has touched
 * anything, and in which `ok` comes last: who can open it finds everything else in place.
 *
 * Source: runit 2.1.2, the start of runsv(8) as traced; fatal errors in its words.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError } from "../base/errors.ts";
import { openOrMakeOwn, openOwn } from "../base/own-file.ts";
import type { Report } from "../base/report.ts";

const LINK_ITSELF = posix.AT_SYMLINK_NOFOLLOW;
/** A longer text in a symbolic link `supervise` is refused, as in the original. */
const LINK_MAX_BYTES = 255;

/**
 * Makes supervise/ and locks it.
 *
 * @param where the directory that the service is in, relative to `home`: `""` or `log/`
 * @param held gets each descriptor as soon as it is open; the others here do the same
 * @param inherited locks that this process has had since before it became this program; what is used is taken out
 */
export function lockSupervise(
  home: Directory,
  where: "" | "log/",
  held: number[],
  report: Report,
  inherited: Set<number>,
): void {
  const supervise = `${where}supervise`;
  makeSupervise(home, where, report);
  const path = `${supervise}/lock`;
  const flags = posix.O_WRONLY | posix.O_APPEND;
  const lock =
    takeInherited(home, path, inherited) ??
    report.must(`open ${path}`, () => openOrMakeOwn(home.fd, path, flags, 0o600)) ??
    report.fatal(`${path} exists but is not a file of its own`);
  held.push(lock);
  report.must(`lock ${path}`, () => {
    if (!posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) {
      report.fatal(`unable to lock ${path}: temporary failure`);
    }
  });
}

function takeInherited(home: Directory, path: string, inherited: Set<number>): number | undefined {
  if (inherited.size === 0) return undefined;
  const own = ignoringErrors(() => posix.stat(home.fd, path, LINK_ITSELF));
  for (const fd of inherited) {
    if (own === undefined || ignoringErrors(() => posix.fstat(fd))?.id !== own.id) continue;
    inherited.delete(fd);
    return fd;
  }
  return undefined;
}

/**
 * Makes supervise/control where it is missing and opens it for both reading and writing: with a writer there it never
 * comes to its end. POSIX leaves open what that does to a FIFO; Linux, macOS and the BSDs do it.
 *
 * @returns its descriptor
 */
export function openControl(
  home: Directory,
  supervise: string,
  held: number[],
  report: Report,
): number {
  return openFifo(home, `${supervise}/control`, "open", posix.O_RDWR, held, report);
}

/** Makes supervise/ok where it is missing and opens it for reading: the sign that a supervisor lives. */
export function openOk(home: Directory, supervise: string, held: number[], report: Report): void {
  openFifo(home, `${supervise}/ok`, "read", posix.O_RDONLY, held, report);
}

function openFifo(
  home: Directory,
  path: string,
  verb: string,
  flags: number,
  held: number[],
  report: Report,
): number {
  try {
    posix.mkfifo(home.fd, path, 0o600);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    const isThere = report.must(`stat ${path}`, () => posix.stat(home.fd, path, LINK_ITSELF));
    if (isThere === undefined) report.fatal(`unable to create fifo ${path}`, error);
  }
  const opened =
    report.must(`${verb} ${path}`, () =>
      ignoring(["EISDIR"], () => openOwn(home.fd, path, posix.S_IFIFO, flags)),
    ) ?? report.fatal(`${path} exists but is not a fifo`);
  held.push(opened);
  return opened;
}

/**
 * Makes supervise/. Where it is a symbolic link that leads nowhere, what it points to is made, so that a
 * service directory can be read-only and its state elsewhere.
 */
function makeSupervise(home: Directory, where: "" | "log/", report: Report): void {
  try {
    posix.mkdir(home.fd, `${where}supervise`, 0o700);
    return;
  } catch (error) {
    if (!isPosixError(error)) throw error; // else: most often it is there
  }
  const target = report.must(`readlink ./${where}supervise`, () =>
    ignoring(["ENOENT", "EINVAL"], () => posix.readlink(home.fd, `${where}supervise`)),
  );
  if (target === undefined) return;
  if (target.length > LINK_MAX_BYTES) {
    report.fatal(`unable to readlink ./${where}supervise: name too long`);
  }
  const made = target.startsWith("/") ? target : `${where}${target}`;
  ignoringErrors(() => posix.mkdir(home.fd, made, 0o700));
}
