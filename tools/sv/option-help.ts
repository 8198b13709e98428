/**
 * The options of sv with their texts, for the usage line, the page of `--help`, and the check of
 * the manual page.
 *
 * Pure: constants.
 */
import { describe } from "../../base/usage.ts";
import { COMPLETION, optionTable, VERSION } from "./options.ts";

export const DESCRIBED = describe([...optionTable(), VERSION, COMPLETION], {
  v: "wait for the effect of the command, and print the outcome",
  w: "the same, for sec seconds; 7, or SVWAIT, without it",
  s: { help: "as -v; and the service must then stay up for sec seconds", usage: "" },
  V: { help: "print the version and the usage", usage: "" },
  version: { help: "print the version", usage: "" },
  completion: { help: "print a completion script for bash, zsh or fish", usage: "" },
});

/** The options in the synopsis of an init script. It takes the other letters, too. */
export const INIT_SCRIPT = DESCRIBED.filter(({ name }) => name === "w");
