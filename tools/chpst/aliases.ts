/**
 * The command lines of the names that chpst has from daemontools.
 *
 * Pure: words in, a request out, or which usage to print.
 * Source: runit 2.1.2, chpst(8); setlock as in daemontools 0.76.
 */
import { applyOptions, type OptionSpec } from "../../base/option-table.ts";
import type { DescribedOption } from "../../base/usage.ts";
import { MEMORY, type Resource } from "./limits.ts";
import {
  type Alias,
  addSoftLimit,
  type ChpstRequest,
  newRequest,
  type ParseResult,
} from "./request.ts";

type AliasOption = OptionSpec<ChpstRequest> & DescribedOption;

export const SOFTLIMIT_OPTIONS: readonly AliasOption[] = [
  softLimit("a", "allbytes", ["as"], "all memory"),
  softLimit("c", "corebytes", ["core"], "bytes of a core file"),
  softLimit("d", "databytes", ["data"], "bytes of the data segment"),
  softLimit("f", "filebytes", ["fsize"], "bytes of a file that is written"),
  softLimit("l", "lockbytes", ["memlock"], "bytes of locked memory"),
  softLimit("m", "membytes", MEMORY, "as -d, -s, -l and -a together"),
  softLimit("o", "openfiles", ["nofile"], "open descriptors"),
  softLimit("p", "processes", ["nproc"], "processes of the user"),
  softLimit("r", "residentbytes", ["rss"], "bytes of resident memory"),
  softLimit("s", "stackbytes", ["stack"], "bytes of the stack"),
  softLimit("t", "cpusecs", ["cpu"], "seconds of processor time"),
];

export const SETLOCK_OPTIONS: readonly AliasOption[] = [
  lockOption("n", "fail at once if another has the lock", { wait: false }),
  lockOption("N", "wait for the lock (the default)", { wait: true }),
  lockOption("x", "exit 0 silently without the lock", { quiet: true }),
  lockOption("X", "exit 111 with a message without it (the default)", { quiet: false }),
];

function softLimit(
  name: string,
  argument: string,
  resources: readonly Resource[],
  help: string,
): AliasOption {
  const apply = (request: ChpstRequest, text: string) =>
    // "=" stands for the hard limit, and an amount above it is cut to it.
    addSoftLimit(request, resources, text === "=" ? "unlimited" : text);
  return { name, argument, help, apply };
}

function lockOption(
  name: string,
  help: string,
  change: { readonly wait?: boolean; readonly quiet?: boolean },
): AliasOption {
  const apply = (request: ChpstRequest): undefined => {
    request.lock = { path: "", wait: true, quiet: false, ...request.lock, ...change };
  };
  return { name, help, apply };
}

export function readAlias(alias: Alias, calledAs: string, words: readonly string[]): ParseResult {
  switch (alias) {
    case "setuidgid":
      return readPlain(alias, words, 2, (request, [account = ""]) => {
        request.identity = { by: "account", user: account, text: account };
      });
    case "envuidgid":
      return readPlain(alias, words, 2, (request, [account = ""]) => {
        request.announced = { by: "account", user: account, text: account };
      });
    case "envdir":
      return readPlain(alias, words, 2, (request, [path = ""]) => {
        request.environment = [{ kind: "directory", path, strict: true }];
      });
    case "pgrphack":
      return readPlain(alias, words, 1, (request) => {
        request.newSession = true;
      });
    case "setlock":
      return readSetlock(alias, calledAs, words);
    case "softlimit":
      return readSoftlimit(alias, calledAs, words);
  }
}

/**
 * An alias without options. @param least how many words it takes at least, the program's name the
 * last of them
 */
function readPlain(
  alias: Alias,
  words: readonly string[],
  least: number,
  apply: (request: ChpstRequest, words: readonly string[]) => void,
): ParseResult {
  if (words.length < least) return usage(alias);
  const request = newRequest(words.slice(least - 1));
  apply(request, words);
  return { is: "request", request };
}

function readSetlock(alias: Alias, calledAs: string, words: readonly string[]): ParseResult {
  const request = newRequest();
  const line = applyOptions(words, SETLOCK_OPTIONS, request);
  if (!line.ok) return usage(alias, `${calledAs}: ${line.problem}`);
  const [path, ...program] = line.operands;
  if (path === undefined || program.length === 0) return usage(alias);
  request.program = program;
  request.lock = { wait: true, quiet: false, ...request.lock, path };
  request.asDaemontools = true;
  return { is: "request", request };
}

function readSoftlimit(alias: Alias, calledAs: string, words: readonly string[]): ParseResult {
  const request = newRequest();
  const line = applyOptions(words, SOFTLIMIT_OPTIONS, request);
  if (!line.ok) {
    return usage(alias, line.problem === undefined ? undefined : `${calledAs}: ${line.problem}`);
  }
  request.program = line.operands;
  return request.program.length === 0 ? usage(alias) : { is: "request", request };
}

function usage(alias: Alias, before?: string): ParseResult {
  return { is: "usage", tool: alias, name: alias, before };
}
