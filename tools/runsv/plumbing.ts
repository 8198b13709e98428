/**
 * What a supervisor holds on to while it lives: the service directory, the locks, the FIFOs under
 * supervise/, taken in the original's order, in which a second supervisor fails before it has touched
 * anything, and in which `ok` comes last: who can open it finds everything else in place.
 *
 * Source: runit 2.1.2, the start of runsv(8) as traced; fatal errors in its words.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { isPosixError, NOT_THERE, unless } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";

/** A longer text in a symbolic link `supervise` is refused, as in the original. */
const LINK_MAX_BYTES = 255;

/**
 * Makes supervise/ and locks it.
 *
 * @param where the directory that the service is in, relative to `home`: `""` or `log/`
 * @param held gets each descriptor as soon as it is open; the others here do the same
 */
export function lockSupervise(
  home: Directory,
  where: "" | "log/",
  held: number[],
  report: Report,
): void {
  const supervise = `${where}supervise`;
  makeSupervise(home, where, report);
  const lock = report.must(`open ${supervise}/lock`, () =>
    home.openAppend(`${supervise}/lock`, 0o600),
  );
  held.push(lock);
  report.must(`lock ${supervise}/lock`, () => {
    if (!posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) {
      report.fatal(`unable to lock ${supervise}/lock: temporary failure`);
    }
  });
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
  const control = `${supervise}/control`;
  unless([], () => posix.mkfifo(home.fd, control, 0o600)); // what is there already is looked at next
  const found =
    report.must(`stat ${control}`, () => posix.stat(home.fd, control, 0)) ??
    report.fatal(`unable to stat ${control}`, NOT_THERE);
  if ((found.mode & posix.S_IFMT) !== posix.S_IFIFO) {
    report.fatal(`${control} exists but is not a fifo`);
  }
  const both = report.must(`open ${control}`, () => home.openBoth(control));
  held.push(both);
  return both;
}

/** Makes supervise/ok where it is missing and opens it for reading: the sign that a supervisor lives. */
export function openOk(home: Directory, supervise: string, held: number[], report: Report): void {
  const ok = `${supervise}/ok`;
  unless([], () => posix.mkfifo(home.fd, ok, 0o600));
  held.push(report.must(`read ${ok}`, () => home.openRead(ok)));
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
    unless(["ENOENT", "EINVAL"], () => posix.readlink(home.fd, `${where}supervise`)),
  );
  if (target === undefined) return;
  if (target.length > LINK_MAX_BYTES) {
    report.fatal(`unable to readlink ./${where}supervise: name too long`);
  }
  const made = target.startsWith("/") ? target : `${where}${target}`;
  unless([], () => posix.mkdir(home.fd, made, 0o700));
}
