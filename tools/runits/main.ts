/**
 * runits TOOL argument ...: executes that tool of the suite.
 *
 * It executes the file of that name beside its own, so that the process has the tool's name. If
 * there is none, it executes itself under the tool's name, which works in a build with one
 * executable for all tools.
 *
 * Exit codes: 0 for --help and --version; 100 wrong usage; 111 the tool cannot be executed;
 * otherwise the tool's.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { printVersion } from "../../base/version.ts";

const EXIT_UNWRITTEN = 1;
const EXIT_USAGE = 100;
const EXIT_FATAL = 111;
const NAMES = [
  ..."runsvdir runsv sv svlogd chpst runit runit-init runsvchdir utmpset pause".split(" "),
  ..."envdir envuidgid pgrphack setlock setuidgid softlimit".split(" "),
];
/** Each is recognised only as the single word. */
const OPTIONS = [
  { names: ["--help", "-h"], help: "print this page", run: printHelp },
  { names: ["--version", "-V"], help: "print the version", run: printVersion },
];
const USAGE = `usage: runits TOOL argument ...
       runits --help | --version

Executes TOOL, one of the tools of runits.

Options:
${OPTIONS.map(({ names, help }) => `  ${names.join(", ").padEnd(15)}${help}\n`).join("")}
Tools: ${NAMES.join(" ")}
Each is also a command of its own, and has --help. A link to sv under another name is sv for the
service of that name.
`;

export function main([, word, ...rest]: readonly string[]): number {
  if (word !== undefined && NAMES.includes(word)) return execTool(word, rest);
  const option = OPTIONS.find(({ names }) => names.some((name) => name === word));
  if (option !== undefined && rest.length === 0) return option.run();
  print(STDERR, word === undefined ? USAGE : `runits: unknown tool: ${word}\n${USAGE}`);
  return EXIT_USAGE;
}

/** @returns the exit code */
function printHelp(): number {
  return print(STDOUT, USAGE) ? 0 : EXIT_UNWRITTEN;
}

function execTool(tool: string, words: readonly string[]): never {
  const report = new Report("runits", EXIT_FATAL, (text) => print(STDERR, text));
  const own = report.must(`find the executable of ${tool}`, () => posix.execPath());
  const path = own.slice(0, own.lastIndexOf("/") + 1) + tool;
  return report.must(`execute ${path}`, () => {
    try {
      return posix.execve(path, [tool, ...words]);
    } catch (error) {
      if (isPosixError(error, "ENOENT") && isSealedHere(tool)) {
        return posix.execve(own, [tool, ...words]);
      }
      throw error;
    }
  });
}

/** Every program is sealed with a trace table. */
function isSealedHere(program: string): boolean {
  return posix.traceTable(program) !== "";
}
