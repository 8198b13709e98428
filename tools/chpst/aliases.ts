/**
 * The command lines of the names that chpst has from daemontools.
 *
 * Pure: words in, a request out, or the usage to print.
 * Source: runit 2.1.2, chpst(8); setlock as in daemontools 0.76.
 */
import { parseOptions } from "../../base/options.ts";
import { type Alias, LIMITS } from "./command.ts";
import type { Resource } from "./limits.ts";
import { askLimit, newRequest, type ParseResult, type Request, usage } from "./request.ts";

const SOFTLIMIT_USAGE =
  "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] " +
  "[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child";
const SOFTLIMIT_LETTERS = "a:c:d:f:l:m:o:p:r:s:t:";

const LIMITS_BY_LETTER: Readonly<Record<string, readonly Resource[]>> = {
  ...LIMITS,
  a: ["as"],
  l: ["memlock"],
  s: ["stack"],
};

export function readAlias(alias: Alias, calledAs: string, words: readonly string[]): ParseResult {
  switch (alias) {
    case "setuidgid":
      return readPlain(alias, "account child", words, 2, (request, [account = ""]) => {
        request.identity = { by: "account", user: account, text: account };
      });
    case "envuidgid":
      return readPlain(alias, "account child", words, 2, (request, [account = ""]) => {
        request.announced = { by: "account", user: account, text: account };
      });
    case "envdir":
      return readPlain(alias, "dir child", words, 2, (request, [path = ""]) => {
        request.environment = [{ kind: "directory", path, strict: true }];
      });
    case "pgrphack":
      return readPlain(alias, "child", words, 1, (request) => {
        request.newSession = true;
      });
    case "setlock":
      return readSetlock(calledAs, words);
    case "softlimit":
      return readSoftlimit(calledAs, alias, words);
  }
}

/** An alias without options. @param least how many words it takes at least, the program's name the last of them */
function readPlain(
  name: string,
  synopsis: string,
  words: readonly string[],
  least: number,
  ask: (request: Request, words: readonly string[]) => void,
): ParseResult {
  if (words.length < least) return usage(name, synopsis);
  const request = newRequest(words.slice(least - 1));
  ask(request, words);
  return { ok: true, request };
}

function readSetlock(calledAs: string, words: readonly string[]): ParseResult {
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

function readSoftlimit(calledAs: string, name: string, words: readonly string[]): ParseResult {
  const line = parseOptions(words, SOFTLIMIT_LETTERS);
  const request = newRequest(line.ok ? line.operands : []);
  for (const { letter, argument } of line.options) {
    // "=" is the hard limit, and so is more than that.
    const text = argument === "=" ? "unlimited" : argument;
    if (!askLimit(request, LIMITS_BY_LETTER[letter], text)) return usage(name, SOFTLIMIT_USAGE);
  }
  if (!line.ok) return usage(name, SOFTLIMIT_USAGE, [`${calledAs}: ${line.problem}`]);
  return request.program.length === 0 ? usage(name, SOFTLIMIT_USAGE) : { ok: true, request };
}
