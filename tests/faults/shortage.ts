/**
 * Storms: for a second the system has nothing left of something, for any of the tools, and then it
 * has again.
 */
import { setTimeout as pause } from "node:timers/promises";
import { sendSignal } from "../support/sandbox.ts";
import type { FaultCase } from "./fault-case.ts";
import { type FaultTree, untilGone } from "./fault-tree.ts";
import { type Errno, FAILURES } from "./faulty/failures.ts";

const STORM_MS = 1_000;

const SHORT_OF: readonly { readonly what: string; readonly errno: Errno }[] = [
  { what: "processes", errno: "EAGAIN" },
  { what: "descriptors", errno: "EMFILE" },
  { what: "files", errno: "ENFILE" },
  { what: "memory", errno: "ENOMEM" },
  { what: "disk space", errno: "ENOSPC" },
];

/** At TERM svlogd tries once more to write the rest of its input, and waits no longer. */
const LOG_ENDS = "the log service is told to end";
/** The events meanwhile. */
const MEANWHILE: Readonly<Record<string, (tree: FaultTree) => Promise<void>>> = {
  "the daemon dies": async (tree) => sendSignal(tree.daemon, "SIGKILL"),
  "a restart is asked for": (tree) => tree.tell("restart", "web"),
  [LOG_ENDS]: (tree) => tree.tell("term", "web/log"),
  "the supervisor dies": async (tree) => {
    const { supervisor } = tree;
    sendSignal(supervisor, "SIGKILL");
    await untilGone(tree, supervisor);
    if (supervisor === tree.scanner) await tree.beginAsInit();
  },
};

/**
 * The calls that fail with it; of EAGAIN only fork, for elsewhere that is said to who does not want
 * to wait.
 */
function callsWith(errno: Errno): string[] {
  if (errno === "EAGAIN") return ["fork", "spawn"];
  return Object.entries(FAILURES)
    .filter(([name, { errnos }]) => errnos.includes(errno) && name !== "close")
    .map(([name]) => name);
}

async function throughStorm(
  tree: FaultTree,
  errno: Errno,
  act: (tree: FaultTree) => Promise<void>,
): Promise<void> {
  await tree.begin();
  tree.faults.storm(errno, callsWith(errno));
  const isOver = pause(STORM_MS).then(() => tree.faults.clear());
  await Promise.all([act(tree), isOver]);
}

export const SHORTAGE_CASES: readonly FaultCase[] = [[], ["--dense"]].flatMap((options) =>
  SHORT_OF.flatMap(({ what, errno }) =>
    Object.entries(MEANWHILE).map(([name, act]) => ({
      kind: `no ${what} left for a second`,
      name: [...options, name].join(" "),
      isOursAlone: true,
      ...(name === LOG_ENDS && { mayLoseLines: true }),
      options,
      injectFault: (tree: FaultTree) => throughStorm(tree, errno, act),
    })),
  ),
);
