/**
 * pause: waits until TERM or INT arrives, then exits 0. That is host/src/pause.rs; this program
 * answers command lines that have arguments.
 *
 * Exit codes: 0 for --help and --version; 1 not written; 100 wrong usage.
 */
import { print, STDERR, STDOUT } from "../../base/report.ts";
import { printVersion } from "../../base/version.ts";
import { help, USAGE } from "./help.ts";

const EXIT_UNWRITTEN = 1;
const EXIT_USAGE = 100;

export function main([, word, ...rest]: readonly string[]): number {
  if (word === "--help") return print(STDOUT, help()) ? 0 : EXIT_UNWRITTEN;
  if (word === "--version" && rest.length === 0) return printVersion();
  print(STDERR, USAGE);
  return EXIT_USAGE;
}
