/**
 * The options of sv, as tables. option-help.ts has the texts of `--help`. The tables are functions,
 * because to create them takes time, which `sv status` saves.
 *
 * Pure: options changed.
 * Source: runit 2.1.2, sv(8); `-s` and the long options are additions of runits.
 */
import type { OptionSpec } from "../../base/option-table.ts";

export interface SvOptions {
  /** Wait also for a command that does not wait by itself, and print the outcome. */
  verbose: boolean;
  /** The seconds to wait, as the user wrote them. */
  wait: string | undefined;
  /** The seconds that a started service must stay up, as the user wrote them. */
  stay?: string;
  /** The argument of {@link COMPLETION}. */
  shell?: string;
}

/** Prints the version and the usage. */
export const VERSION_LETTER = "V";
/** Prints the page of help. Among the options of sv it may follow others. */
export const HELP_NAME = "help";
/** Prints the version alone, on standard output. */
export const VERSION = { name: "version" } as const;
/** Prints a completion script. */
export const COMPLETION = { name: "completion", argument: "shell" } as const;

export function optionTable() {
  return [
    {
      name: "v",
      apply: (options) => {
        options.verbose = true;
      },
    },
    {
      name: "w",
      argument: "sec",
      apply: (options, seconds) => {
        options.wait = seconds;
        options.verbose = true;
      },
    },
    {
      name: "s",
      argument: "sec",
      apply: (options, seconds) => {
        options.stay = seconds;
        options.verbose = true;
      },
    },
    { name: VERSION_LETTER, apply: () => false },
  ] as const satisfies readonly OptionSpec<SvOptions>[];
}

/** An init script has no long options. */
export function longOptionTable(isInitScript: boolean): readonly OptionSpec<SvOptions>[] {
  if (isInitScript) return [];
  const applyShell = (options: SvOptions, shell: string) => {
    options.shell = shell;
    return false;
  };
  return [
    { name: HELP_NAME, apply: () => false },
    { ...VERSION, apply: () => false },
    { ...COMPLETION, apply: applyShell },
  ];
}
