/**
 * The options of `sv logs`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface LogsRequest extends CommonRequest {
  isFollowed: boolean;
  /** As the user wrote it. */
  count: string | undefined;
  since: string | undefined;
  until: string | undefined;
  directory: string | undefined;
  isUtc: boolean;
  isRaw: boolean;
}

export const SPEC: WordSpec<LogsRequest> = {
  word: "logs",
  operands: "[service ...]",
  purpose:
    "Prints the last 10 lines of each log; those of several services by time, after\n" +
    "their names.",
  options: [
    {
      name: "f",
      help: "go on, and print each line that is added",
      apply: (request) => {
        request.isFollowed = true;
      },
    },
    {
      name: "n",
      argument: "lines",
      help: "so many lines of each log, or all",
      apply: (request, count) => {
        request.count = count;
      },
    },
    {
      name: "since",
      argument: "time",
      help: "from this time on: 10m (ago), 14:03, today, 2026-11-28",
      apply: (request, time) => {
        request.since = time;
      },
    },
    {
      name: "until",
      argument: "time",
      help: "before this time",
      apply: (request, time) => {
        request.until = time;
      },
    },
    {
      name: "dir",
      argument: "directory",
      help: "read this log directory",
      apply: (request, directory) => {
        request.directory = directory;
      },
    },
    {
      name: "utc",
      help: "read and print times in UTC",
      apply: (request) => {
        request.isUtc = true;
      },
    },
    {
      name: "raw",
      help: "print the bytes of the log: no names, times as they are",
      apply: (request) => {
        request.isRaw = true;
      },
    },
    ...commonOptions<LogsRequest>(),
  ],
  examples: [
    ["sv logs -f web", "the last lines, and what is added"],
    ["sv logs --since 10m web db", "the last ten minutes of two services"],
  ],
};
