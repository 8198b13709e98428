/**
 * The options of `sv watch`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface WatchRequest extends CommonRequest {
  /** A command for the shell. */
  command: string | undefined;
  /** As the user wrote it. */
  settle: string | undefined;
}

export const SPEC: WordSpec<WatchRequest> = {
  word: "watch",
  operands: "[service ...]",
  purpose: "Prints the state of each service, and then each change, until it is ended.",
  options: [
    {
      name: "exec",
      argument: "command",
      help: "run it when a service fails, and when it recovers",
      apply: (request, command) => {
        request.command = command;
      },
    },
    {
      name: "settle",
      argument: "time",
      help: "how long a service must be well to have recovered: 30s",
      apply: (request, settle) => {
        request.settle = settle;
      },
    },
    ...commonOptions<WatchRequest>(),
  ],
  examples: [
    ["sv watch", "all services, also those that are linked later"],
    ["sv watch --exec ./alert web", "runs ./alert when it fails or recovers"],
  ],
};
