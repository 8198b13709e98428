/**
 * The usage lines of runit-init and its other names, and the pages of `--help`. With its imports
 * this file is a part, runit-init/help, which main.ts loads to print one of them.
 *
 * Pure: names and paths in, text out.
 * Source: runit 2.1.2, for the usage line of init.
 */
import type { ShutdownFiles } from "../../protocol/shutdown.ts";

const LEVELS = "0|6|u";
/** The words after the name, for the names that are not init's. */
const WORDS: Readonly<Record<string, string>> = {
  halt: "[-f] [-p]",
  poweroff: "[-f]",
  reboot: "[-f]",
  shutdown: "[-f] [-h|-H|-P|-r] now [message]",
};
const EXPLAINED = `\
As process 1, executes runit. Otherwise asks runit, which is process 1:
  0          stop everything, and power off; as poweroff and shutdown now
  6          stop everything, and reboot; as reboot and shutdown -r now
  u          execute the new version of runit, and stop nothing

Options of halt, poweroff, reboot and shutdown:
  -f         ask nobody: sync, and end the system at once
  -h, -P     power off; -p for halt
  -H         halt, and leave the power on, as halt does
  -r         reboot
  --help     print this page
  --version  print the version
`;

/** @param called the name with its directories */
export function usage(called: string, name: string): string {
  return `usage: ${called} ${WORDS[name] ?? LEVELS}\n\n`;
}

/** @param files those that it writes here */
export function help(name: string, { stopit, reboot }: ShutdownFiles): string {
  return `usage: ${name} ${WORDS[name] ?? LEVELS}\n\n${EXPLAINED}
The files for runit are ${stopit} and ${reboot}.
`;
}
