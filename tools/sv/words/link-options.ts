/**
 * The options of `sv link`.
 *
 * Pure: a table.
 */
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

export interface LinkRequest extends CommonRequest {
  /** The name of the link; `undefined`: that of the directory. */
  as: string | undefined;
  /** Make a file `down`, so that the service is not started. */
  isDown: boolean;
  /** As the user wrote it. */
  seconds: string;
  /** A directory in /etc/runit/runsvdir, in place of the services directory. */
  runsvdir: string | undefined;
}

export const SPEC: WordSpec<LinkRequest> = {
  word: "link",
  operands: "directory|name ...",
  needsOperand: true,
  purpose:
    "Links service directories into the services directory, and waits for their\n" +
    "supervisors. A name is looked up in SVSOURCE, or in /etc/sv:/etc/runit/sv.",
  options: [
    {
      name: "as",
      argument: "name",
      help: "the name of the link; that of the directory without it",
      apply: (request, name) => {
        request.as = name;
      },
    },
    {
      name: "down",
      help: "make a file down, so that the service is not started",
      apply: (request) => {
        request.isDown = true;
      },
    },
    {
      name: "w",
      argument: "sec",
      help: "how long to wait for the supervisor; 7 seconds without it",
      apply: (request, seconds) => {
        request.seconds = seconds;
      },
    },
    {
      name: "runsvdir",
      argument: "name",
      help: "link into /etc/runit/runsvdir/name",
      apply: (request, name) => {
        request.runsvdir = name;
      },
    },
    ...commonOptions<LinkRequest>(),
  ],
  examples: [
    ["sv link sshd", "supervises /etc/sv/sshd from now on"],
    ["sv link ./web --as web-2 --down", "supervises ./web as web-2, stopped at first"],
  ],
};
