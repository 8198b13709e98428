/**
 * The options of `sv graph`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface GraphRequest extends CommonRequest {
  /** Print the language of dot(1). */
  dot: boolean;
}

export const SPEC: WordSpec<GraphRequest> = {
  word: "graph",
  operands: "[service ...]",
  purpose:
    "Prints which services these, or all, need and come after, as an indented tree;\n" +
    "marks those that are waited for.",
  options: [
    {
      name: "dot",
      help: "print a graph in the language of dot(1)",
      apply: (request) => {
        request.dot = true;
      },
    },
    ...commonOptions<GraphRequest>(),
  ],
  examples: [
    ["sv graph web", "what web needs, and what that needs"],
    ["sv graph --dot | dot -Tsvg >services.svg", "a picture of all services"],
  ],
};
