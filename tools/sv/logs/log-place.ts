/**
 * Finds the directories in which the log of a service is. The first answer wins: the file
 * `log/directory`; the command line of the logger that runs; what runsv has recorded of the last
 * one; the usual places.
 */
import * as posix from "posix";
import { ignoringErrors, onPosixError } from "../../../base/errors.ts";
import { commandLine, directoriesAmong, directoriesOfLogger } from "../../../base/loggers.ts";
import { baseName, withoutSlash } from "../../../base/options.ts";
import { quoted } from "../../../base/quoted.ts";
import type { ServiceFiles } from "../service-report.ts";
import { outputWithoutLog } from "./kept-output.ts";
import { CURRENT } from "./log-names.ts";

/** Where the log is, or a sentence that says why that is not known. */
type LogPlace = { readonly directories: readonly string[] } | { readonly missing: string };

/** Longer than what runsv records; of a longer text the end is cut. */
const RECORD_BYTES = 65_536;

export function findLog(service: ServiceFiles): LogPlace {
  const log = `${service.path}/log`;
  const found = listedIn(log) ?? ofLogger(log) ?? recordedIn(log) ?? usualPlace(service, log);
  if (found !== undefined) return { directories: found };
  if (!mayBeThere(log)) {
    const isThere = mayBeThere(`${service.path}/.`);
    return { missing: isThere ? outputWithoutLog(service) : noDirectory(service) };
  }
  const isKnown = mayBeThere(`${log}/supervise`) || !mayBeThere(`${service.path}/supervise`);
  return { missing: isKnown ? unknownLogger(log) : addedLog(service) };
}

/** A link to the directory, or a file with one directory a line, relative to `log`. */
function listedIn(log: string): readonly string[] | undefined {
  const path = `${log}/directory`;
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  if (found === undefined) return undefined;
  if ((found.mode & posix.S_IFMT) === posix.S_IFDIR) return [path];
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path)) ?? "";
  return unlessEmpty(directoriesAmong(text.split("\n"), log));
}

/** The arguments of the logger that runs that are directories. */
function ofLogger(log: string): readonly string[] | undefined {
  const pid = pidIn(`${log}/supervise/pid`);
  return pid === undefined ? undefined : directoriesOfLogger(pid, log);
}

/** What runsv has recorded of the last logger. */
function recordedIn(log: string): readonly string[] | undefined {
  const path = `${log}/supervise/directory`;
  const read = () => posix.readText(posix.AT_FDCWD, path, RECORD_BYTES, posix.O_NOFOLLOW);
  return unlessEmpty(directoriesAmong((ignoringErrors(read) ?? "").split("\n"), log));
}

function usualPlace({ path }: ServiceFiles, log: string): readonly string[] | undefined {
  const name = baseName(withoutSlash(path));
  const places = [`${log}/main`, `/var/log/runit/${name}`, `/var/log/${name}`];
  const place = places.find((place) => mayBeThere(`${place}/${CURRENT}`));
  return place === undefined ? undefined : [place];
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function pidIn(path: string): number | undefined {
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, 16, posix.O_NOFOLLOW));
  const pid = Number(text ?? "");
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** If the user may not look, opening the file will report that. */
function mayBeThere(path: string): boolean {
  return onPosixError(
    () => posix.stat(posix.AT_FDCWD, path, 0) !== undefined,
    ({ code }) => code === "EACCES",
  );
}

function noDirectory({ name, path }: ServiceFiles): string {
  if (mayBeThere(withoutSlash(path))) return "is a file, not a service directory";
  return `there is no directory ${quoted(path || name)} (sv why ${quoted(name)})`;
}

function unknownLogger(log: string): string {
  const pid = pidIn(`${log}/supervise/pid`);
  const program = pid === undefined ? undefined : commandLine(pid)[0];
  const runs = program === undefined ? "" : `: its log service runs ${quoted(baseName(program))}`;
  return `unable to find its log${runs} (write the directory to ${quoted(`${log}/directory`)})`;
}

/** Its supervisor has not made a directory for it. */
function addedLog({ name }: ServiceFiles): string {
  return `its log service was added after the start of runsv, and does not run (sv why ${quoted(name)})`;
}
