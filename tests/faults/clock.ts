/**
 * The system's clock is set an hour on or back, by the fault switch: the machine's own is left
 * alone.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/run.ts";
import { NeverHappened } from "../support/wait.ts";
import { STATES } from "./states.ts";
import type { Strike } from "./strike.ts";
import { faulty } from "./switch.ts";
import { moment, untilGone, type World } from "./world.ts";

const HOUR_S = 3_600;
/** Longer than anything here takes, and far shorter than an hour. */
const DEADLINE_MS = 20_000;

/** What lasts for a while, and is under way when the clock is set. */
interface Lasting {
  readonly name: string;
  readonly begin: (world: World) => Promise<void>;
  readonly end: (world: World) => Promise<void>;
}

async function beginStubborn(world: World): Promise<void> {
  const before = world.daemon;
  world.lay("stubborn");
  await world.tell("restart", "web");
  await world.untilUp(before);
}

const KILL_WAIT: Lasting = {
  name: "before timeout-kill",
  begin: async (world) => {
    await beginStubborn(world);
    writeFileSync(join(world.made, "timeout-kill"), "1000\n");
    await world.tell("down", "web");
  },
  end: async (world) => {
    await untilGone(world, world.daemon);
    world.lift("stubborn");
    world.lift("timeout-kill");
    await world.tell("up", "web");
  },
};

const LOG_AGE: Lasting = {
  name: "before svlogd rotates by age",
  begin: async (world) => {
    writeFileSync(join(world.made, "log/main/config"), "t2\nn1000\n");
    await world.tell("hup", "web/log");
  },
  end: async (world) => {
    const before = world.oldLogs();
    await moment(world, "two rotations", () => world.oldLogs() > before + 1);
  },
};

/** What sv has said, in the worlds in which it waits. */
const answers = new WeakMap<World, Promise<string>>();

const SV_WAIT: Lasting = {
  name: "while sv waits",
  begin: async (world) => {
    await beginStubborn(world);
    const env = { SVDIR: world.services, ...world.faults.env };
    const words = [join(faulty.bin, "sv"), "-w2", "down", "web"];
    const running = run(world.box, words, { argv0: "sv", env, deadlineMs: DEADLINE_MS });
    answers.set(
      world,
      running.then(({ stdout }) => stdout),
    );
    await world.web.untilStat("run, got TERM, want down");
  },
  end: async (world) => {
    const answer = (await answers.get(world)) ?? "";
    if (!answer.startsWith("timeout: run: web: ")) throw new NeverHappened(`timeout: ${answer}`);
    world.lift("stubborn");
    await world.tell("kill", "web");
    await world.tell("up", "web");
  },
};

const IN_STATES = STATES.map(({ name, enter, leave }) => ({ name, begin: enter, end: leave }));

export const CLOCK_STRIKES: readonly Strike[] = [[], ["--dense"]].flatMap((options) =>
  [HOUR_S, -HOUR_S].flatMap((offsetS) =>
    [...IN_STATES, KILL_WAIT, LOG_AGE, SV_WAIT].map(({ name, begin, end }) => ({
      kind: `the clock is set an hour ${offsetS > 0 ? "on" : "back"}`,
      name: [...options, name].join(" "),
      isOursAlone: true,
      options,
      strike: async (world: World) => {
        await world.begin();
        await begin(world);
        world.faults.shiftClock(offsetS);
        await end(world);
      },
    })),
  ),
);
