/** Every state that a service can be in, how `web` gets there, and how it gets away again. */

import { sendSignal } from "../support/sandbox.ts";
import { type FaultTree, moment } from "./fault-tree.ts";

export interface State {
  readonly name: string;
  readonly enter: (tree: FaultTree) => Promise<void>;
  readonly leave: (tree: FaultTree) => Promise<void>;
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
  enter: async (tree) => {
    await tree.tell(command, "web");
    await tree.web.untilStat(stat);
  },
  leave: (tree) => tree.tell(back, "web"),
});

export const STATES: readonly State[] = [
  { name: "running", hasProcess: true, enter: async () => {}, leave: async () => {} },
  commanded("paused", "pause", "run, paused", "cont", true),
  commanded("running once", "once", "run, want down", "up", true),
  commanded("down", "down", "down", "up", false),
  {
    name: "being stopped, heeding no TERM",
    hasProcess: true,
    enter: async (tree) => {
      const before = tree.daemon;
      tree.raiseFlag("stubborn");
      await tree.tell("restart", "web");
      await tree.untilUp(before);
      await tree.tell("down", "web");
      await tree.web.untilStat("run, got TERM, want down");
    },
    leave: async (tree) => {
      tree.clearFlag("stubborn");
      await tree.tell("kill", "web");
      await tree.tell("up", "web");
    },
  },
  {
    name: "in ./finish",
    hasProcess: true,
    enter: async (tree) => {
      tree.raiseFlag("hang-finish");
      await tree.tell("down", "web");
      // It is in this state from the end of ./run on, also before the fork.
      await tree.web.until("./finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
    },
    leave: async (tree) => {
      tree.clearFlag("hang-finish");
      await tree.tell("up", "web");
    },
  },
  {
    name: "being started, in control/u",
    hasProcess: false,
    enter: async (tree) => {
      await tree.tell("down", "web");
      await tree.web.untilStat("down");
      tree.raiseFlag("hang-up");
      await tree.tell("up", "web");
    },
    leave: async (tree) => {
      tree.clearFlag("hang-up");
      await tree.tell("up", "web");
    },
  },
  {
    name: "resting after a crash",
    hasProcess: false,
    enter: async (tree) => {
      const before = tree.daemon;
      tree.raiseFlag("crash");
      sendSignal(before, "SIGKILL");
      await moment(tree, "crash", () => tree.web.status().pid === 0);
    },
    leave: async (tree) => tree.clearFlag("crash"),
  },
];
