/**
 * The options of `sv verify`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface VerifyRequest extends CommonRequest {
  /** Warnings count too. */
  strict: boolean;
}

export const SPEC: WordSpec<VerifyRequest> = {
  word: "verify",
  operands: "[directory ...]",
  purpose:
    "Reports mistakes in service directories before they run, a line each. Exits\n" +
    "with the number of errors.",
  options: [
    {
      name: "strict",
      help: "count warnings as errors",
      apply: (request) => {
        request.strict = true;
      },
    },
    ...commonOptions<VerifyRequest>(),
  ],
  examples: [
    ["sv verify", "all services"],
    ["sv verify ./web", "the directory web, linked or not"],
  ],
};
