/**
 * The options of `sv wait`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface WaitRequest extends CommonRequest {
  /** One service is enough. */
  isAny: boolean;
  /** As the user wrote it; `undefined`: no limit. */
  seconds: string | undefined;
}

export const SPEC: WordSpec<WaitRequest> = {
  word: "wait",
  operands: "condition service ...",
  needsOperand: true,
  purpose:
    "Waits until a condition holds for all services: up, ready, down, finished\n" +
    "(ended with 0, and not started again), failed, or restarted (another process).",
  options: [
    {
      name: "w",
      argument: "sec",
      help: "give up after so many seconds; without it there is no limit",
      apply: (request, seconds) => {
        request.seconds = seconds;
      },
    },
    {
      name: "any",
      help: "wait until the condition holds for one of them",
      apply: (request) => {
        request.isAny = true;
      },
    },
    ...commonOptions<WaitRequest>(),
  ],
  examples: [
    ["sv wait -w 30 ready web db", "both are ready, in half a minute at most"],
    ["sv wait finished migrate", "the migration has succeeded"],
  ],
};
