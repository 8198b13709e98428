/**
 * runits: says what this executable is. It is all tools in one: called by a tool's name, or with it as the
 * first word, it is that tool.
 *
 * Exit codes: 0 for --help and --version; 100 wrong usage.
 */
import * as posix from "posix";
import { print, STDERR, STDOUT } from "../../base/report.ts";

const EXIT_USAGE = 100;
const USAGE = `usage: runits TOOL argument ...
       runits --help | --version

Tools: runsvdir runsv sv svlogd chpst envdir envuidgid pgrphack setlock setuidgid softlimit
Each is also a link to this executable. Any other name makes it sv for the service of that name.
`;

export function main([, word, ...rest]: readonly string[]): number {
  if (rest.length === 0 && (word === "--help" || word === "-h")) {
    print(STDOUT, USAGE);
    return 0;
  }
  if (rest.length === 0 && (word === "--version" || word === "-V")) {
    print(STDOUT, `runits ${posix.VERSION}\n`);
    return 0;
  }
  print(STDERR, word === undefined ? USAGE : `runits: unknown tool: ${word}\n${USAGE}`);
  return EXIT_USAGE;
}
