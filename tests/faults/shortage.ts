/**
 * Storms: for a second the system has nothing left of something, for any of the tools, and then it
 * has again.
 */
import { setTimeout as pause } from "node:timers/promises";
import { sendSignal } from "../support/sandbox.ts";
import { type Errno, FAILURES } from "./faulty/failures.ts";
import type { Strike } from "./strike.ts";
import { untilGone, type World } from "./world.ts";

const STORM_MS = 1_000;

const SHORT_OF: readonly { readonly what: string; readonly errno: Errno }[] = [
  { what: "processes", errno: "EAGAIN" },
  { what: "descriptors", errno: "EMFILE" },
  { what: "files", errno: "ENFILE" },
  { what: "memory", errno: "ENOMEM" },
  { what: "disk space", errno: "ENOSPC" },
];

/** At TERM svlogd tries once more to write what it has read, and waits no longer. */
const LOG_ENDS = "the log service is told to end";
/** What happens meanwhile. */
const MEANWHILE: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "the daemon dies": async (world) => sendSignal(world.daemon, "SIGKILL"),
  "a restart is asked for": (world) => world.tell("restart", "web"),
  [LOG_ENDS]: (world) => world.tell("term", "web/log"),
  "the supervisor dies": async (world) => {
    const { supervisor } = world;
    sendSignal(supervisor, "SIGKILL");
    await untilGone(world, supervisor);
    if (supervisor === world.scanner) await world.beginAsInit();
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
  world: World,
  errno: Errno,
  act: (world: World) => Promise<void>,
): Promise<void> {
  await world.begin();
  world.faults.storm(errno, callsWith(errno));
  const isOver = pause(STORM_MS).then(() => world.faults.lift());
  await Promise.all([act(world), isOver]);
}

export const SHORTAGE_STRIKES: readonly Strike[] = [[], ["--dense"]].flatMap((options) =>
  SHORT_OF.flatMap(({ what, errno }) =>
    Object.entries(MEANWHILE).map(([name, act]) => ({
      kind: `no ${what} left for a second`,
      name: [...options, name].join(" "),
      isOursAlone: true,
      ...(name === LOG_ENDS && { mayLoseLines: true }),
      options,
      strike: (world: World) => throughStorm(world, errno, act),
    })),
  ),
);
