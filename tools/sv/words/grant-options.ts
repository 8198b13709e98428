/**
 * The options of `sv grant`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface GrantRequest extends CommonRequest {
  action: "grant" | "show" | "revoke";
  /** Reading the status only. */
  isStatusOnly: boolean;
  withLog: boolean;
  replaces: boolean;
}

export const SPEC: WordSpec<GrantRequest> = {
  word: "grant",
  operands: "[:group|user] service ...",
  needsOperand: true,
  purpose:
    "Lets a group, or a user through his own group, read the status of services and\n" +
    "control them. --show and --revoke take services alone.",
  options: [
    {
      name: "status",
      help: "grant reading the status only",
      apply: (request) => {
        request.isStatusOnly = true;
      },
    },
    {
      name: "log",
      help: "grant the same for the log service",
      apply: (request) => {
        request.withLog = true;
      },
    },
    {
      name: "replace",
      help: "take the right from the group that has it",
      apply: (request) => {
        request.replaces = true;
      },
    },
    {
      name: "show",
      help: "print which groups have rights",
      apply: (request) => {
        request.action = "show";
      },
    },
    {
      name: "revoke",
      help: "take all rights away",
      apply: (request) => {
        request.action = "revoke";
      },
    },
    ...commonOptions<GrantRequest>(),
  ],
  examples: [
    ["sv grant :deploy web --log", "the group deploy controls web and its log service"],
    ["sv grant --show '*'", "who may do what with which service"],
  ],
};
