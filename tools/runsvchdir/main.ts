/**
 * runsvchdir DIR: makes DIR the current services directory, in /etc/runit/runsvdir.
 *
 * runsvdir works on the link `current` there. `current` exists at every moment: the original
 * renames it to `previous` first, and between its two renames runsvdir would find no directory.
 *
 * Exit codes: 0 done, or DIR is current already, and for --help; 1 wrong usage; 111 failed.
 * Source: runit 2.1.2, runsvchdir(8).
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoring, ignoringErrors, NOT_THERE } from "../../base/errors.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { printVersion } from "../../base/version.ts";
import { help, usage } from "./help.ts";

const HOME = "/etc/runit/runsvdir";
const CURRENT = "current";
const FRESH = "current.new";
const PREVIOUS = "previous";

const EXIT_USAGE = 1;
const EXIT_UNWRITTEN = 1;
const EXIT_FATAL = 111;

export function main([name = "runsvchdir", dir, ...rest]: readonly string[]): number {
  if (dir === "--help") return print(STDOUT, help()) ? 0 : EXIT_UNWRITTEN;
  if (dir === "--version" && rest.length === 0) return printVersion();
  if (dir === undefined) {
    print(STDERR, usage(name));
    return EXIT_USAGE;
  }
  const report = new Report(name, EXIT_FATAL, (text) => print(STDERR, text));
  if (dir.startsWith(".")) report.fatal(`${dir}: must not start with a dot.`);
  const outcome = makeCurrent(dir, report);
  print(STDOUT, `runsvchdir: ${dir}: ${outcome}.\n`);
  return 0;
}

function makeCurrent(dir: string, report: Report): "current" | "now current" {
  const home = report.must(`chdir: ${HOME}`, () => Directory.open(HOME));
  // Another runsvchdir would use the same `current.new`. Some network file systems have no locks.
  ignoringErrors(() => posix.flock(home.fd, posix.LOCK_EX));
  const chosen = report.must(`stat: ${dir}`, () => posix.stat(home.fd, dir, 0));
  if (chosen === undefined) report.fatal(dir, NOT_THERE);
  if ((chosen.mode & posix.S_IFMT) !== posix.S_IFDIR) report.fatal(`${dir}: not a directory.`);
  const current = report.must(`stat: ${CURRENT}`, () => posix.stat(home.fd, CURRENT, 0));
  if (current === undefined) report.fatal(`unable to stat: ${CURRENT}`, NOT_THERE);
  if (chosen.id === current.id) return "current";
  // The link `previous` is replaced below, so a link to it would lead back to today's directory.
  const target = dir === PREVIOUS ? (linkText(home.fd, PREVIOUS) ?? dir) : dir;
  report.must(`unlink: ${FRESH}`, () => unlink(home.fd, FRESH));
  report.must(`create: ${FRESH} -> ${target}`, () => posix.symlink(target, home.fd, FRESH));
  report.must(`unlink: ${PREVIOUS}`, () => unlink(home.fd, PREVIOUS));
  const old = linkText(home.fd, CURRENT);
  if (old === undefined) replaceDirectory(home.fd, report);
  else replaceLink(home.fd, old, report);
  return "now current";
}

function unlink(dir: number, name: string): void {
  ignoring(["ENOENT"], () => posix.unlink(dir, name, 0));
}

/** @returns `undefined` if it is not a link */
function linkText(dir: number, name: string): string | undefined {
  return ignoringErrors(() => posix.readlink(dir, name));
}

function replaceLink(dir: number, old: string, report: Report): void {
  report.must(`copy: ${CURRENT} to ${PREVIOUS}`, () => posix.symlink(old, dir, PREVIOUS));
  report.must(`move: ${FRESH} to ${CURRENT}`, () => posix.rename(dir, FRESH, dir, CURRENT));
}

/** A real directory: only an exchange replaces it by a link in one step. */
function replaceDirectory(dir: number, report: Report): void {
  report.must(`move: ${FRESH} to ${PREVIOUS}`, () => posix.rename(dir, FRESH, dir, PREVIOUS));
  const exchanged = report.must(`move: ${FRESH} to ${CURRENT}`, () =>
    ignoring(["ENOSYS", "EINVAL"], () => {
      posix.exchange(dir, PREVIOUS, dir, CURRENT);
      return true;
    }),
  );
  if (exchanged) return;
  // This system or file system cannot exchange names: two renames, as in the original.
  report.must(`copy: ${CURRENT} to ${PREVIOUS}`, () => {
    posix.rename(dir, PREVIOUS, dir, FRESH);
    posix.rename(dir, CURRENT, dir, PREVIOUS);
  });
  try {
    report.must(`move: ${FRESH} to ${CURRENT}`, () => posix.rename(dir, FRESH, dir, CURRENT));
  } catch (exit) {
    const back = () => posix.rename(dir, PREVIOUS, dir, CURRENT);
    report.try(`move ${PREVIOUS} back to ${CURRENT}`, back);
    throw exit;
  }
}
