/**
 * The options of `sv list`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface ListRequest extends CommonRequest {
  /** Names only. */
  quiet: boolean;
}

export const SPEC: WordSpec<ListRequest> = {
  word: "list",
  operands: "[service ...]",
  purpose: "Prints a row for each service, or for these.",
  options: [
    {
      name: "q",
      help: "print names only",
      apply: (request) => {
        request.quiet = true;
      },
    },
    ...commonOptions<ListRequest>(),
  ],
  examples: [
    ["sv list", "all services, with their state"],
    ["sv list 'web*' db", "some of them"],
  ],
};
