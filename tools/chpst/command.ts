/**
 * The command lines of chpst and of its aliases: what each of them asks for.
 *
 * Pure: words in, a request out, or the usage to print.
 * Source: runit 2.1.2, chpst(8); `-C` as in runit 2.2.0; setlock as in daemontools 0.76.
 */
import { baseName, type Option, parseOptions } from "../../base/options.ts";
import { type Bounding, parseCapabilities } from "./capabilities.ts";
import { isDigits, parseWho, type Who } from "./ids.ts";
import { MEMORY, parseAmount, parseLimit, type Resource, type Wanted } from "./limits.ts";

/** What a command line asks for. What is `undefined`, `false` or empty is left as it is. */
export interface Request {
  /** The words of the program, its own name the first. */
  readonly program: readonly string[];
  /** What the program sees as its name, where that is another. */
  argv0: string | undefined;
  verbose: boolean;
  newSession: boolean;
  /** In the order in which they were given. */
  environment: EnvironmentSource[];
  oomScore: number | undefined;
  root: string | undefined;
  directory: string | undefined;
  niceness: number | undefined;
  ioPriority: number | undefined;
  /** Whose ids go into `UID` and `GID`. */
  announced: Who | undefined;
  identity: Who | undefined;
  bounding: Bounding | undefined;
  noNewPrivileges: boolean;
  lock: Lock | undefined;
  /** Descriptors to close. */
  closed: readonly Closed[];
  limits: Map<Resource, Wanted>;
  /** Resources that have to be there: asked for in a way that the original does not have. */
  required: Set<Resource>;
  /** Words messages as daemontools does, whose setlock this is then. */
  asDaemontools: boolean;
}

export interface EnvironmentSource {
  readonly kind: "directory" | "file";
  readonly path: string;
  /** A directory within the directory is an error. */
  readonly strict: boolean;
}
export interface Lock {
  readonly path: string;
  readonly wait: boolean;
  /** To exit with 0 and without a word where it cannot be had. */
  readonly quiet: boolean;
}
export type Closed = 0 | 1 | 2;

export type Reading =
  | { readonly ok: true; readonly request: Request }
  /** `text` goes to standard error. */
  | { readonly ok: false; readonly text: string };

const CHPST_USAGE =
  "[-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-C pwd] [-n nice] " +
  "[-l|-L lock] [-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-r n] [-t n] [--env-file file] " +
  "[--limit resource=soft:hard] [--oom-score n] [--io-priority class[:n]] [--cap-drop list] " +
  "[--cap-keep list] [--no-new-privs] prog";
const CHPST_LETTERS = "vVP012u:U:b:e:/:C:n:l:L:m:d:o:p:f:c:r:t:";
const CHPST_NAMES = [
  "env-file:",
  "limit:",
  "oom-score:",
  "io-priority:",
  "cap-drop:",
  "cap-keep:",
  "no-new-privs",
];

const SOFTLIMIT_USAGE =
  "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] " +
  "[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child";
const SOFTLIMIT_LETTERS = "a:c:d:f:l:m:o:p:r:s:t:";

const CHPST_LIMITS: Readonly<Record<string, readonly Resource[]>> = {
  m: MEMORY,
  d: ["data"],
  o: ["nofile"],
  p: ["nproc"],
  f: ["fsize"],
  c: ["core"],
  r: ["rss"],
  t: ["cpu"],
};
const SOFTLIMIT_LIMITS: Readonly<Record<string, readonly Resource[]>> = {
  ...CHPST_LIMITS,
  a: ["as"],
  l: ["memlock"],
  s: ["stack"],
};

const NICE_MAX = 40; // from one end of the scale to the other
const OOM_SCORE_MAX = 1_000;
/** The classes of ioprio_set(2), by number. */
const IO_CLASSES = ["none", "realtime", "best-effort", "idle"];
const IO_CLASS_SHIFT = 13;
const IO_LEVEL_MAX = 7;
const IO_LEVEL_DEFAULT = 4;

/** @param version what `-V` prints */
export function readCommandLine(argv: readonly string[], version: string): Reading {
  const calledAs = baseName(argv[0] ?? "chpst");
  // Debian installs daemontools' names with a "d" before them where runit has its own.
  const name = calledAs.startsWith("d") ? calledAs.slice(1) : calledAs;
  const words = argv.slice(1);
  switch (name) {
    case "setuidgid":
      return readAlias(name, "account child", words, 2, (request, [account = ""]) => {
        request.identity = { by: "account", user: account, text: account };
      });
    case "envuidgid":
      return readAlias(name, "account child", words, 2, (request, [account = ""]) => {
        request.announced = { by: "account", user: account, text: account };
      });
    case "envdir":
      return readAlias(name, "dir child", words, 2, (request, [path = ""]) => {
        request.environment = [{ kind: "directory", path, strict: true }];
      });
    case "pgrphack":
      return readAlias(name, "child", words, 1, (request) => {
        request.newSession = true;
      });
    case "setlock":
      return readSetlock(calledAs, words);
    case "softlimit":
      return readSoftlimit(calledAs, name, words);
    default:
      return readChpst(calledAs, name, words, version);
  }
}

function usage(name: string, synopsis: string, before: readonly string[] = []): Reading {
  const lines = [...before, `usage: ${name} ${synopsis}`, "", ""];
  return { ok: false, text: lines.join("\n") };
}

function newRequest(program: readonly string[]): Request {
  return {
    program,
    argv0: undefined,
    verbose: false,
    newSession: false,
    environment: [],
    oomScore: undefined,
    root: undefined,
    directory: undefined,
    niceness: undefined,
    ioPriority: undefined,
    announced: undefined,
    identity: undefined,
    bounding: undefined,
    noNewPrivileges: false,
    lock: undefined,
    closed: [],
    limits: new Map(),
    required: new Set(),
    asDaemontools: false,
  };
}

/** An alias without options. @param least how many words it takes at least, the program's name the last of them */
function readAlias(
  name: string,
  synopsis: string,
  words: readonly string[],
  least: number,
  ask: (request: Request, words: readonly string[]) => void,
): Reading {
  if (words.length < least) return usage(name, synopsis);
  const request = newRequest(words.slice(least - 1));
  ask(request, words);
  return { ok: true, request };
}

function readSetlock(calledAs: string, words: readonly string[]): Reading {
  const line = parseOptions(words, "nNxX");
  const [path, ...program] = line.ok ? line.operands : [];
  if (!line.ok || path === undefined || program.length === 0) {
    const problem = line.ok ? "" : `${calledAs}: ${line.problem}\n`;
    const text = `${problem}setlock: usage: setlock [ -nNxX ] file program [ arg ... ]\n`;
    return { ok: false, text };
  }
  let [wait, quiet] = [true, false];
  for (const { letter } of line.options) {
    if (letter === "n" || letter === "N") wait = letter === "N";
    else quiet = letter === "x";
  }
  const request = newRequest(program);
  request.lock = { path, wait, quiet };
  request.asDaemontools = true;
  return { ok: true, request };
}

function readSoftlimit(calledAs: string, name: string, words: readonly string[]): Reading {
  const line = parseOptions(words, SOFTLIMIT_LETTERS);
  const request = newRequest(line.ok ? line.operands : []);
  for (const { letter, argument } of line.options) {
    // "=" is the hard limit, and so is more than that.
    const text = argument === "=" ? "unlimited" : argument;
    if (!limit(request, SOFTLIMIT_LIMITS[letter], text)) return usage(name, SOFTLIMIT_USAGE);
  }
  if (!line.ok) return usage(name, SOFTLIMIT_USAGE, [`${calledAs}: ${line.problem}`]);
  return request.program.length === 0 ? usage(name, SOFTLIMIT_USAGE) : { ok: true, request };
}

/** Asks for a soft limit. @returns whether `text` is an amount */
function limit(request: Request, resources: readonly Resource[] = [], text: string): boolean {
  for (const resource of resources) {
    const soft = parseAmount(text, resource);
    if (soft === undefined) return false;
    request.limits.set(resource, { hard: undefined, ...request.limits.get(resource), soft });
  }
  return true;
}

function readChpst(
  calledAs: string,
  name: string,
  words: readonly string[],
  version: string,
): Reading {
  const line = parseOptions(words, CHPST_LETTERS, CHPST_NAMES);
  const request = newRequest(line.ok ? line.operands : []);
  for (const option of line.options) {
    const { letter, argument } = option;
    if (letter === "V") return usage(name, CHPST_USAGE, [version]);
    if (ask(request, option)) continue;
    // The original does not say what is wrong with a letter's argument.
    const problem = `${calledAs}: invalid argument for --${letter}: ${argument}`;
    return usage(name, CHPST_USAGE, letter.length > 1 ? [problem] : []);
  }
  if (!line.ok) return usage(name, CHPST_USAGE, [`${calledAs}: ${line.problem}`]);
  return request.program.length === 0 ? usage(name, CHPST_USAGE) : { ok: true, request };
}

/** Adds an option to the request. @returns whether its argument makes sense */
function ask(request: Request, { letter, argument }: Option): boolean {
  switch (letter) {
    case "v":
      request.verbose = true;
      return true;
    case "P":
      request.newSession = true;
      return true;
    case "0":
    case "1":
    case "2":
      request.closed = [...request.closed, letter === "0" ? 0 : letter === "1" ? 1 : 2];
      return true;
    case "u":
      request.identity = parseWho(argument);
      return true;
    case "U":
      request.announced = parseWho(argument);
      return true;
    case "b":
      request.argv0 = argument;
      return true;
    case "e":
      request.environment.push({ kind: "directory", path: argument, strict: false });
      return true;
    case "env-file":
      request.environment.push({ kind: "file", path: argument, strict: false });
      return true;
    case "/":
      request.root = argument;
      return true;
    case "C":
      request.directory = argument;
      return true;
    case "n":
      request.niceness = parseIncrement(argument);
      return request.niceness !== undefined;
    case "l":
    case "L":
      if (request.lock !== undefined) return false;
      request.lock = { path: argument, wait: letter === "l", quiet: false };
      return true;
    case "limit": {
      const parsed = parseLimit(argument);
      if (parsed === undefined) return false;
      const { resource, wanted } = parsed;
      const before = request.limits.get(resource);
      const { soft = before?.soft, hard = before?.hard } = wanted;
      request.limits.set(resource, { soft, hard });
      request.required.add(resource);
      return true;
    }
    case "oom-score":
      request.oomScore = parseSigned(argument, OOM_SCORE_MAX);
      return request.oomScore !== undefined;
    case "io-priority":
      request.ioPriority = parseIoPriority(argument);
      return request.ioPriority !== undefined;
    case "cap-drop":
    case "cap-keep": {
      const list = parseCapabilities(argument);
      if (list === undefined || (list === "all" && letter === "cap-keep")) return false;
      request.bounding = bound(request.bounding, letter === "cap-drop", list);
      return true;
    }
    case "no-new-privs":
      request.noNewPrivileges = true;
      return true;
    default:
      return limit(request, CHPST_LIMITS[letter], argument);
  }
}

/** To keep some is to drop all others. */
function bound(
  before: Bounding | undefined,
  drops: boolean,
  list: NonNullable<ReturnType<typeof parseCapabilities>>,
): Bounding {
  const { drop, keep } = before ?? { drop: [], keep: [] };
  if (!drops) return { drop: "all", keep: [...keep, ...(list === "all" ? [] : list)] };
  return { drop: drop === "all" || list === "all" ? "all" : [...drop, ...list], keep };
}

/** At most one sign, then digits, of which there may be none. */
function parseIncrement(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (digits !== "" && !isDigits(digits)) return undefined;
  return sign * Math.min(Number(digits), NICE_MAX);
}

/** A whole number from `-max` to `max`. */
function parseSigned(text: string, max: number): number | undefined {
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (!isDigits(digits) || Number(digits) > max) return undefined;
  return text.startsWith("-") ? -Number(digits) : Number(digits);
}

/** `realtime[:0-7]`, `best-effort[:0-7]`, `idle` or `none`, as ioprio_set(2) wants it. */
function parseIoPriority(text: string): number | undefined {
  const [name = "", level, ...rest] = text.split(":");
  const number = IO_CLASSES.indexOf(name);
  const hasLevel = name === "realtime" || name === "best-effort";
  if (number < 0 || rest.length > 0 || (level !== undefined && !hasLevel)) return undefined;
  if (level !== undefined && !(isDigits(level) && Number(level) <= IO_LEVEL_MAX)) return undefined;
  const data = level === undefined ? IO_LEVEL_DEFAULT : Number(level);
  return (number << IO_CLASS_SHIFT) | (hasLevel ? data : 0);
}
