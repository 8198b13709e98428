/**
 * The command line of chpst: what it asks for. Aliases are in aliases.ts, long options in extension-options.ts.
 *
 * Pure: words in, a request out, or the usage to print.
 * Source: runit 2.1.2, chpst(8); `-C` as in runit 2.2.0.
 */
import { baseName, longOptions, type Option, parseOptions } from "../../base/options.ts";
import { isDigits, parseIdentity } from "./ids.ts";
import { MEMORY, type Resource } from "./limits.ts";
import { askLimit, newRequest, type ParseResult, type Request, usage } from "./request.ts";

const ALIASES = ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"] as const;
/** A name of daemontools that chpst goes by. */
export type Alias = (typeof ALIASES)[number];

const USAGE =
  "[-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-C pwd] [-n nice] " +
  "[-l|-L lock] [-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-r n] [-t n] [--env-file file] " +
  "[--limit resource=soft:hard] [--oom-score n] [--io-priority class[:n]] [--cap-drop list] " +
  "[--cap-keep list] [--no-new-privs] prog";
const LETTERS = "vVP012u:U:b:e:/:C:n:l:L:m:d:o:p:f:c:r:t:";
const NAMES = [
  "env-file:",
  "limit:",
  "oom-score:",
  "io-priority:",
  "cap-drop:",
  "cap-keep:",
  "no-new-privs",
];

/** What each letter limits. */
export const LIMITS: Readonly<Record<string, readonly Resource[]>> = {
  m: MEMORY,
  d: ["data"],
  o: ["nofile"],
  p: ["nproc"],
  f: ["fsize"],
  c: ["core"],
  r: ["rss"],
  t: ["cpu"],
};

const NICE_MAX = 40; // from one end of the scale to the other

/** What is not needed for most command lines, and so loaded only for those that need it. */
export interface Extensions {
  readonly readAlias: (alias: Alias, calledAs: string, words: readonly string[]) => ParseResult;
  /** Adds an option with a long name to the request. @returns whether its argument makes sense */
  readonly applyExtension: (request: Request, option: Option) => boolean;
}

/** @param version what `-V` prints */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  extensions: () => Extensions,
): ParseResult {
  const calledAs = baseName(argv[0] ?? "chpst");
  // Debian installs daemontools' names with a "d" before them where runit has its own.
  const name = calledAs.startsWith("d") ? calledAs.slice(1) : calledAs;
  const words = argv.slice(1);
  const alias = ALIASES.find((one) => one === name);
  if (alias !== undefined) return extensions().readAlias(alias, calledAs, words);
  return readChpst(calledAs, name, words, version, extensions);
}

function readChpst(
  calledAs: string,
  name: string,
  words: readonly string[],
  version: string,
  extensions: () => Extensions,
): ParseResult {
  const line = parseOptions(words, LETTERS, longOptions(NAMES));
  const request = newRequest(line.ok ? line.operands : []);
  for (const option of line.options) {
    const { letter, argument } = option;
    if (letter === "V") return usage(name, USAGE, [version]);
    if (letter.length > 1 ? extensions().applyExtension(request, option) : ask(request, option))
      continue;
    // The original does not say what is wrong with a letter's argument.
    const problem = `${calledAs}: invalid argument for --${letter}: ${argument}`;
    return usage(name, USAGE, letter.length > 1 ? [problem] : []);
  }
  if (!line.ok) return usage(name, USAGE, [`${calledAs}: ${line.problem}`]);
  return request.program.length === 0 ? usage(name, USAGE) : { ok: true, request };
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
      request.identity = parseIdentity(argument);
      return true;
    case "U":
      request.announced = parseIdentity(argument);
      return true;
    case "b":
      request.argv0 = argument;
      return true;
    case "e":
      request.environment.push({ kind: "directory", path: argument, strict: false });
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
    default:
      return askLimit(request, LIMITS[letter], argument);
  }
}

/** At most one sign, then digits, of which there may be none. */
function parseIncrement(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (digits !== "" && !isDigits(digits)) return undefined;
  return sign * Math.min(Number(digits), NICE_MAX);
}
