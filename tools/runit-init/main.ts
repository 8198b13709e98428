/**
 * runit-init 0|6|u: as process 1 executes runit; otherwise has process 1 power off, reboot or
 * execute its new version. Also init, telinit, halt, poweroff, reboot and shutdown.
 *
 * Exit codes: 0 done, for --help and -V, and without a word; 111 an error, or wrong usage.
 * Source: runit 2.1.2, runit-init(8).
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { baseName } from "../../base/options.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { chosenFiles, clear } from "../../base/shutdown-files.ts";
import { printVersion } from "../../base/version.ts";
import { HALT, SET, UPGRADE } from "../../protocol/shutdown.ts";
import { commandOf, type Ending } from "./command.ts";

const EXIT_FATAL = 111;
const EXIT_UNWRITTEN = 1;
/** The original's path of runit. */
const RUNIT = "/sbin/runit";
/** The most links that the kernel follows in a path. */
const LINKS_MAX = 40;
const INIT = ["init", "runit-init", "telinit"];

export function main(argv: readonly string[]): number {
  const [called = "init", ...words] = argv;
  const name = baseName(called);
  // The original calls itself init in its messages, whatever its name is.
  const tool = INIT.includes(name) ? "init" : name;
  const report = new Report(tool, EXIT_FATAL, (text) => print(STDERR, text));
  if (posix.getpid() === 1) return becomeRunit(report);
  const command = commandOf(name, words);
  switch (command.is) {
    case "help":
      return print(STDOUT, helpPart().help(name, chosenFiles())) ? 0 : EXIT_UNWRITTEN;
    case "version":
      if (words[0] === "--version") return printVersion();
      print(STDERR, `runits ${posix.VERSION}\n\n${helpPart().usage(called, name)}`);
      return 0;
    case "usage":
      if (command.problem !== undefined) print(STDERR, `${tool}: ${command.problem}\n`);
      print(STDERR, helpPart().usage(called, name));
      return command.isAsked ? 0 : EXIT_FATAL;
    case "force":
      posix.sync();
      return report.must("reboot", () => posix.reboot(command.ending)) ?? 0;
    case "upgrade":
      set(report, UPGRADE);
      return wake(report);
    case "shutdown":
      return request(report, command.ending);
  }
}

function helpPart(): typeof import("./help.ts") {
  return posix.load("runit-init/help") as typeof import("./help.ts");
}

/** Writes the files in an order in which process 1, if it looks too early, still powers off. */
function request(report: Report, ending: Ending): number {
  const { stopit, reboot } = chosenFiles();
  set(report, stopit);
  for (const [path, isWanted] of [
    [reboot, ending === "reboot"],
    [HALT, ending === "halt"],
  ] as const) {
    if (isWanted) set(report, path);
    else report.must(`chmod ${path}`, () => clear(path));
  }
  return wake(report);
}

function set(report: Report, path: string): void {
  report.must(`create ${path}`, () => {
    const flags = posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC | posix.O_NONBLOCK;
    posix.close(posix.open(posix.AT_FDCWD, path, flags, SET));
  });
  report.must(`chmod ${path}`, () => posix.chmod(posix.AT_FDCWD, path, SET));
}

function wake(report: Report): number {
  report.must("signal process 1", () => posix.kill(1, posix.SIGCONT));
  return 0;
}

/** Executes the `runit` beside this file, or else the original's. */
function becomeRunit(report: Report): never {
  return report.must("start runit", () => {
    try {
      return posix.execve(runitBeside(posix.execPath()), ["runit"]);
    } catch (error) {
      if (!isPosixError(error, "ENOENT")) throw error;
      return posix.execve(RUNIT, ["runit"]);
    }
  });
}

/** Follows the links from `path`: /sbin/init may lead to where the suite is installed. */
function runitBeside(path: string): string {
  let file = path;
  for (let count = 0; count < LINKS_MAX; count += 1) {
    const dir = file.slice(0, file.lastIndexOf("/") + 1);
    const found = posix.stat(posix.AT_FDCWD, file, posix.AT_SYMLINK_NOFOLLOW);
    if (found === undefined || (found.mode & posix.S_IFMT) !== posix.S_IFLNK) return `${dir}runit`;
    const target = posix.readlink(posix.AT_FDCWD, file);
    file = target.startsWith("/") ? target : dir + target;
  }
  return RUNIT;
}
