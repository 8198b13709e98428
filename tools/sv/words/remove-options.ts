/**
 * The options of `sv remove`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface RemoveRequest extends CommonRequest {
  /** Unlink a service that does not stop, too. */
  isForced: boolean;
  /** As the user wrote it. */
  seconds: string;
  /** A directory in /etc/runit/runsvdir, in place of the services directory. */
  runsvdir: string | undefined;
}

export const SPEC: WordSpec<RemoveRequest> = {
  word: "remove",
  operands: "service ...",
  needsOperand: true,
  purpose:
    "Stops services, removes their links from the services directory, and ends their\n" +
    "supervisors. The service directories stay.",
  options: [
    {
      name: "force",
      help: "remove the link also of a service that does not stop in time",
      apply: (request) => {
        request.isForced = true;
      },
    },
    {
      name: "w",
      argument: "sec",
      help: "how long to wait for the stop; 7 seconds without it",
      apply: (request, seconds) => {
        request.seconds = seconds;
      },
    },
    {
      name: "runsvdir",
      argument: "name",
      help: "remove from /etc/runit/runsvdir/name",
      apply: (request, name) => {
        request.runsvdir = name;
      },
    },
    ...commonOptions<RemoveRequest>(),
  ],
  examples: [
    ["sv remove sshd", "stops sshd, and supervises it no more"],
    ["sv remove -w 60 db", "waits a minute for db to stop"],
  ],
};
