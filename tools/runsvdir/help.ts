/**
 * The usage line of runsvdir, and the page of `--help`. With its imports this file is a part,
 * runsvdir/help, which main.ts loads to print one of them.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line.
 */
import { describe, helpText, usageOf, VERSION } from "../../base/usage.ts";
import { OPTIONS } from "./options.ts";

export const DESCRIBED = [
  ...describe(OPTIONS, {
    P: "run each runsv in a session of its own",
    dense: { help: "hold all supervisors in this process", usage: "" },
    stop: {
      help: "at TERM stop everything in order; KILL what is left after ms",
      usage: "",
    },
    ready: { help: "start cmd after ms even if not all services are ready", usage: "" },
    "no-sessions": { help: "with --stop, give the services no sessions", usage: "" },
  }),
  VERSION,
];

/** @param name the name that the tool was called by */
export function usage(name: string): string {
  return `usage: ${name} ${usageOf(DESCRIBED)} dir\n\n`;
}

export function help(): string {
  return helpText({
    tool: "runsvdir",
    purpose: `\
Keeps a runsv for each directory, or link to one, in dir. Messages go into the
argument log, which ps(1) shows.`,
    options: DESCRIBED,
    operands: "dir [log | -- cmd ...]",
  });
}
