/** Every state that a service can be in, how `web` gets there, and how it gets away again. */

import { sendSignal } from "../support/sandbox.ts";
import { moment, type World } from "./world.ts";

export interface State {
  readonly name: string;
  readonly enter: (world: World) => Promise<void>;
  readonly leave: (world: World) => Promise<void>;
  /** Whether ./run, or ./finish, has a process in it. */
  readonly hasProcess: boolean;
}

/** A state that a command leads to, and that supervise/stat shows. */
const commanded = (
  name: string,
  command: string,
  stat: string,
  back: string,
  hasProcess: boolean,
): State => ({
  name,
  hasProcess,
  enter: async (world) => {
    await world.tell(command, "web");
    await world.web.untilStat(stat);
  },
  leave: (world) => world.tell(back, "web"),
});

export const STATES: readonly State[] = [
  { name: "running", hasProcess: true, enter: async () => {}, leave: async () => {} },
  commanded("paused", "pause", "run, paused", "cont", true),
  commanded("running once", "once", "run, want down", "up", true),
  commanded("down", "down", "down", "up", false),
  {
    name: "being stopped, heeding no TERM",
    hasProcess: true,
    enter: async (world) => {
      const before = world.daemon;
      world.lay("stubborn");
      await world.tell("restart", "web");
      await world.untilUp(before);
      await world.tell("down", "web");
      await world.web.untilStat("run, got TERM, want down");
    },
    leave: async (world) => {
      world.lift("stubborn");
      await world.tell("kill", "web");
      await world.tell("up", "web");
    },
  },
  {
    name: "in ./finish",
    hasProcess: true,
    enter: async (world) => {
      world.lay("hang-finish");
      await world.tell("down", "web");
      // It is in this state from the end of ./run on, also before the fork.
      await world.web.until("./finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
    },
    leave: async (world) => {
      world.lift("hang-finish");
      await world.tell("up", "web");
    },
  },
  {
    name: "being started, in control/u",
    hasProcess: false,
    enter: async (world) => {
      await world.tell("down", "web");
      await world.web.untilStat("down");
      world.lay("hang-up");
      await world.tell("up", "web");
    },
    leave: async (world) => {
      world.lift("hang-up");
      await world.tell("up", "web");
    },
  },
  {
    name: "resting after a crash",
    hasProcess: false,
    enter: async (world) => {
      const before = world.daemon;
      world.lay("crash");
      sendSignal(before, "SIGKILL");
      await moment(world, "crash", () => world.web.status().pid === 0);
    },
    leave: async (world) => world.lift("crash"),
  },
];
