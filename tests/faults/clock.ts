/**
 * The system's clock is set an hour on or back, by the fault switch: the machine's own is left
 * alone.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/run.ts";
import { NeverHappened } from "../support/wait.ts";
import type { FaultCase } from "./fault-case.ts";
import { type FaultTree, moment, untilGone } from "./fault-tree.ts";
import { STATES } from "./states.ts";
import { faulty } from "./switch.ts";

const HOUR_S = 3_600;
/** Longer than anything here takes, and far shorter than an hour. */
const DEADLINE_MS = 90_000;

/** Actions that last for a while, and are under way when the clock is set. */
interface Lasting {
  readonly name: string;
  readonly begin: (tree: FaultTree) => Promise<void>;
  readonly end: (tree: FaultTree) => Promise<void>;
}

async function beginStubborn(tree: FaultTree): Promise<void> {
  const before = tree.daemon;
  tree.raiseFlag("stubborn");
  await tree.tell("restart", "web");
  await tree.untilUp(before);
}

const KILL_WAIT: Lasting = {
  name: "before timeout-kill",
  begin: async (tree) => {
    await beginStubborn(tree);
    writeFileSync(join(tree.made, "timeout-kill"), "1000\n");
    await tree.tell("down", "web");
  },
  end: async (tree) => {
    await untilGone(tree, tree.daemon);
    tree.clearFlag("stubborn");
    tree.clearFlag("timeout-kill");
    await tree.tell("up", "web");
  },
};

const LOG_AGE: Lasting = {
  name: "before svlogd rotates by age",
  begin: async (tree) => {
    writeFileSync(join(tree.made, "log/main/config"), "t2\nn1000\n");
    await tree.tell("hup", "web/log");
  },
  end: async (tree) => {
    const before = tree.oldLogs();
    await moment(tree, "two rotations", () => tree.oldLogs() > before + 1);
  },
};

/** The output of sv, in the trees in which it waits. */
const answers = new WeakMap<FaultTree, Promise<string>>();

const SV_WAIT: Lasting = {
  name: "while sv waits",
  begin: async (tree) => {
    await beginStubborn(tree);
    const env = { SVDIR: tree.services, ...tree.faults.env };
    const words = [join(faulty.bin, "sv"), "-w2", "down", "web"];
    const running = run(tree.box, words, { argv0: "sv", env, deadlineMs: DEADLINE_MS });
    answers.set(
      tree,
      running.then(({ stdout }) => stdout),
    );
    await tree.web.untilStat("run, got TERM, want down");
  },
  end: async (tree) => {
    const answer = (await answers.get(tree)) ?? "";
    if (!answer.startsWith("timeout: run: web: ")) throw new NeverHappened(`timeout: ${answer}`);
    tree.clearFlag("stubborn");
    await tree.tell("kill", "web");
    await tree.tell("up", "web");
  },
};

const IN_STATES = STATES.map(({ name, enter, leave }) => ({ name, begin: enter, end: leave }));

export const CLOCK_CASES: readonly FaultCase[] = [[], ["--dense"]].flatMap((options) =>
  [HOUR_S, -HOUR_S].flatMap((offsetS) =>
    [...IN_STATES, KILL_WAIT, LOG_AGE, SV_WAIT].map(({ name, begin, end }) => ({
      kind: `the clock is set an hour ${offsetS > 0 ? "on" : "back"}`,
      name: [...options, name].join(" "),
      isOursAlone: true,
      options,
      injectFault: async (tree: FaultTree) => {
        await tree.begin();
        await begin(tree);
        tree.faults.shiftClock(offsetS);
        await end(tree);
      },
    })),
  ),
);
