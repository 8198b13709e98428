/**
 * The options of `sv why`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export const SPEC: WordSpec<CommonRequest> = {
  word: "why",
  operands: "[service ...]",
  purpose:
    "Explains the state of each service: the answer and a command to type, then\n" +
    "the evidence. Without names it explains those that are not as they should be.",
  options: commonOptions<CommonRequest>(),
  examples: [
    ["sv why web", "why it is down, or what it is up to"],
    ["sv why", "whatever is wrong"],
  ],
};
