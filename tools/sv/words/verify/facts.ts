/**
 * What `sv verify` reads of a service directory: values for the rules of rules.ts.
 */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors, isPosixError, reason } from "../../../../base/errors.ts";
import { execForecast, execForecastBesideMode } from "../../../../base/exec-forecast.ts";
import { printable } from "../../../../base/printable.ts";
import { parseAccess } from "../../../../protocol/access.ts";
import { isControlByte } from "../../../../protocol/control.ts";
import { allCircles } from "../../../../supervisor/circle-search.ts";
import { readEntries } from "../../../../supervisor/dependency-entries.ts";
import { OptionalFiles } from "../../../../supervisor/optional-files.ts";
import { placeOf, siblingPath } from "../../../../supervisor/place.ts";
import { PolicyFiles } from "../../../../supervisor/policy-files.ts";
import { readReadinessRules } from "../../../../supervisor/readiness-rules.ts";
import { type FileReader, readStart } from "../../../../supervisor/value-file.ts";
import { runsvdirOf } from "../why/look-for-supervisor.ts";
import { parentOf } from "../why/phrases.ts";
import { unusableSupervise } from "../why/unusable-supervise.ts";
import { listAccounts } from "./account-files.ts";
import type { Accounts } from "./accounts.ts";
import { absentFor, findsProgram } from "./program-finder.ts";
import { missingForEnv } from "./program-guesses.ts";
import type {
  DependencyFacts,
  DirectoryFacts,
  LogFacts,
  PartFacts,
  ProgramFacts,
} from "./rules.ts";
import { isShellScript } from "./shell-commands.ts";
import { syntaxFault } from "./shell-syntax.ts";

const NOTHING_ABSENT: ProgramFacts["absent"] = {
  interpreter: undefined,
  program: undefined,
  logDirectory: undefined,
  logRights: undefined,
  syntax: undefined,
};
/** Longer scripts are cut off: rules then know a part of them. */
const SCRIPT_MAX_BYTES = 65_536;
/** runsv reads as much. */
const ACCESS_MAX_BYTES = 4_096;
/** So much of a line of `access` is in the finding. */
const SHOWN_MAX_BYTES = 40;
/** The programs that runsv executes, beside those in control/. */
const PROGRAMS = { "": ["run", "finish", "check"], "log/": ["run"] } as const;

/**
 * @param path the service directory, as the user named it or as it was found
 * @returns a text if it cannot be looked at
 */
export function directoryFacts(path: string): DirectoryFacts | string {
  let home: Directory;
  try {
    home = Directory.open(path);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code === "ENOENT" ? "does not exist" : reason(error);
  }
  try {
    const main = partFacts(path, home, "");
    const services = main.names.includes("run") ? [] : servicesIn(home, main.names);
    const log = logFacts(path, home);
    return {
      ...main,
      path,
      unusable: unusableSupervise(path, runsvdirOf(parentOf(path))),
      services,
      log,
      accounts: allAccounts(),
      ...dependencyFacts(path, home),
    };
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return `unable to ${error.call}: ${reason(error)}`;
  } finally {
    home.close();
  }
}

/** One list for all directories: nobody adds users meanwhile. */
let accounts: { readonly list: Accounts | undefined } | undefined;

function allAccounts(): Accounts | undefined {
  accounts ??= { list: listAccounts() };
  return accounts.list;
}

/** Its subdirectories with a `run`, other than its own log service. */
function servicesIn(home: Directory, names: readonly string[]): string[] {
  const hasRun = (name: string) => ignoringErrors(() => home.stat(`${name}/run`)) !== undefined;
  return names.filter((name) => name !== "log" && hasRun(name));
}

function logFacts(path: string, home: Directory): LogFacts {
  const log = home.stat("log");
  if (log === undefined) {
    const isLink = posix.stat(home.fd, "log", posix.AT_SYMLINK_NOFOLLOW) !== undefined;
    return isLink ? "dangling" : "none";
  }
  if ((log.mode & posix.S_IFMT) !== posix.S_IFDIR) return "no-directory";
  return partFacts(path, home, "log/");
}

/** What the entries of needs/ and after/ lead to. */
function dependencyFacts(
  path: string,
  home: Directory,
): Pick<DirectoryFacts, "dependencies" | "circle"> {
  const entries = readEntries(home);
  const place = placeOf(path, home.fd);
  if (place === undefined || entries.length === 0) return { dependencies: [], circle: undefined };
  const { scanned, name } = place;
  const dependencies = entries.map((entry): DependencyFacts => {
    const other = siblingPath(scanned, entry);
    const has = (file: string) => ignoringErrors(() => isThere(`${other}/${file}`)) ?? false;
    return {
      file: `${entry.kind}/${entry.name}`,
      isNeeded: entry.kind === "needs",
      exists: has("."),
      hasCheckAlone: has("check") && !READINESS.some(has),
    };
  });
  const { names, voidAfter } = allCircles({ home, scanned });
  const circle = names && { names: [name, ...names], isVoid: voidAfter.size > 0 };
  return { dependencies, circle };
}

/** The files by which a service reports readiness to those that need it. */
const READINESS = ["check-period", "notification-fd", "notify-socket"];

function isThere(path: string): boolean {
  return posix.stat(posix.AT_FDCWD, path, 0) !== undefined;
}

/** The facts of the main service, or of the log service. */
function partFacts(path: string, home: Directory, where: "" | "log/"): PartFacts {
  const dir = Directory.open(`./${where}`, home.fd);
  try {
    const names = posix.readdir(dir.fd).sort();
    const faults: string[] = [];
    const warnOnce = (text: string) => {
      if (!faults.includes(text)) faults.push(text);
    };
    const owner = { home, warnOnce, optionalFiles: new OptionalFiles(home) };
    new PolicyFiles(owner, where).check();
    if (where === "") {
      readReadinessRules(owner);
      checkAccess(owner);
    }
    const programs = [...PROGRAMS[where], ...(where === "" ? controlScripts(dir) : [])];
    return {
      where,
      names,
      isOpenToAll: isOpenToAll(posix.fstat(dir.fd)),
      faults,
      programs: programs
        .map((name) => programFacts(path, `${where}${name}`))
        .filter((program) => program !== undefined),
    };
  } finally {
    dir.close();
  }
}

/** Warns about a line that keeps the whole file from counting. */
function checkAccess(owner: FileReader): void {
  const text = readStart(owner, "access", { maxBytes: ACCESS_MAX_BYTES });
  const access = parseAccess(text ?? "");
  if (!("wrongLine" in access)) return;
  const line = printable(access.wrongLine, SHOWN_MAX_BYTES);
  owner.warnOnce(`./access: "${line}" is not a grant and a group.`);
}

/** The scripts that a control byte starts; runsv ignores all other names. */
function controlScripts(home: Directory): string[] {
  const names = ignoringErrors(() => {
    const control = Directory.open("control", home.fd);
    try {
      return posix.readdir(control.fd);
    } finally {
      control.close();
    }
  });
  return (names ?? [])
    .filter(isControlByte)
    .sort()
    .map((name) => `control/${name}`);
}

/** @returns `undefined` if there is no such name */
function programFacts(home: string, file: string): ProgramFacts | undefined {
  const path = `${home}/${file}`;
  const link = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW));
  if (link === undefined) return undefined;
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  const isFile = found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFREG;
  const text = isFile
    ? ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, SCRIPT_MAX_BYTES))
    : undefined;
  const script = text?.startsWith("#!") === true ? text : undefined;
  const fault = execForecast(path);
  const other = fault?.kind === "mode" ? execForecastBesideMode(path) : undefined;
  return {
    file,
    faults: [fault, other].filter((one) => one !== undefined),
    isOpenToAll: isFile && isOpenToAll(found),
    script,
    absent: script === undefined ? NOTHING_ABSENT : absentFrom(path, script),
  };
}

/** What a script needs to do its work, and does not find. */
function absentFrom(path: string, script: string): ProgramFacts["absent"] {
  const interpreter = missingForEnv(script, findsProgram);
  if (!isShellScript(script)) return { ...NOTHING_ABSENT, interpreter };
  const home = path.slice(0, path.lastIndexOf("/"));
  return { ...absentFor(script, home), interpreter, syntax: syntaxFault(path, script) };
}

const ALL_MAY_WRITE = 0o002;
const STICKY = 0o1000;

/** Whether every user may change the file, or replace what is in the directory. */
function isOpenToAll({ mode }: posix.Stat): boolean {
  return (mode & ALL_MAY_WRITE) !== 0 && (mode & STICKY) === 0;
}
