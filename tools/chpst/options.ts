/**
 * The options of chpst that are runit's, as a table. Those with long names are in
 * extension-options.ts, and the words of `--help` in help.ts: parts, so that a start without them
 * does not pay for them.
 *
 * Pure: an argument in, a request changed.
 * Source: runit 2.1.2, chpst(8); `-C` as in runit 2.2.0.
 */

import { isDigits } from "../../base/digits.ts";
import type { OptionSpec } from "../../base/option-table.ts";
import { parseIdentity } from "./ids.ts";
import { MEMORY, type Resource } from "./limits.ts";
import { addSoftLimit, type ChpstRequest, type Closed } from "./request.ts";

/** Prints the version and the usage. */
export const VERSION_LETTER = "V";
/** The distance from one end of the scale of nice values to the other. */
const NICE_MAX = 40;

export const OPTIONS = [
  { name: "v", apply: turnOn("verbose") },
  { name: VERSION_LETTER, apply: () => false },
  { name: "P", apply: turnOn("newSession") },
  { name: "0", apply: close(0) },
  { name: "1", apply: close(1) },
  { name: "2", apply: close(2) },
  { name: "u", argument: "user[:group]", apply: setIdentity("identity") },
  { name: "U", argument: "user[:group]", apply: setIdentity("announced") },
  { name: "b", argument: "argv0", apply: set("argv0") },
  {
    name: "e",
    argument: "dir",
    apply: ({ environment }, path) => {
      environment.push({ kind: "directory", path, strict: false });
    },
  },
  { name: "/", argument: "root", apply: set("root") },
  { name: "C", argument: "pwd", apply: set("directory") },
  {
    name: "n",
    argument: "nice",
    apply: (request, increment) => {
      request.niceness = parseIncrement(increment);
      return request.niceness !== undefined;
    },
  },
  { name: "l", argument: "lock", apply: lock({ wait: true }) },
  { name: "L", argument: "lock", apply: lock({ wait: false }) },
  softLimit("m", MEMORY),
  softLimit("d", ["data"]),
  softLimit("o", ["nofile"]),
  softLimit("p", ["nproc"]),
  softLimit("f", ["fsize"]),
  softLimit("c", ["core"]),
  softLimit("r", ["rss"]),
  softLimit("t", ["cpu"]),
] as const satisfies readonly OptionSpec<ChpstRequest>[];

function turnOn(field: "verbose" | "newSession") {
  return (request: ChpstRequest): undefined => {
    request[field] = true;
  };
}

function set(field: "argv0" | "root" | "directory") {
  return (request: ChpstRequest, text: string): undefined => {
    request[field] = text;
  };
}

function setIdentity(field: "identity" | "announced") {
  return (request: ChpstRequest, text: string): undefined => {
    request[field] = parseIdentity(text);
  };
}

function close(fd: Closed) {
  return (request: ChpstRequest): undefined => {
    request.closed = [...request.closed, fd];
  };
}

/** A second lock makes no sense. */
function lock({ wait }: { readonly wait: boolean }) {
  return (request: ChpstRequest, path: string): boolean => {
    if (request.lock !== undefined) return false;
    request.lock = { path, wait, quiet: false };
    return true;
  };
}

function softLimit<Name extends string>(name: Name, resources: readonly Resource[]) {
  const apply = (request: ChpstRequest, amount: string) => addSoftLimit(request, resources, amount);
  return { name, argument: "n", apply } as const;
}

/** At most one sign, then digits, of which there may be none. */
function parseIncrement(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (digits !== "" && !isDigits(digits)) return undefined;
  return sign * Math.min(Number(digits), NICE_MAX);
}
