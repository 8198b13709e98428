/** The command on one service, as a whole process: it starts, sends, waits and reports. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RELEASED_BIN } from "../../build/release/architectures.ts";
import { nowMs, stampsMs } from "../driver.ts";
import { atMostTimes, Refused, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";
import { median } from "../statistics.ts";
import type { Subject } from "../subjects.ts";
import { Tree } from "../tree.ts";

const STATUS_TIMES = 50;
/**
 * The original delays the restart of a younger daemon, which would not be restarted as an old one
 * is.
 */
const AGE_MS = 1_200;

/** A service of the subject that is up. */
async function oneService(subject: Subject, driver: string) {
  const tree = new Tree(subject, { services: 1, description: () => ({ run: { link: driver } }) });
  const service = tree.service("s0");
  tree.start();
  await tree.untilStamps(1, `${service}/stamps`);
  return { tree, service, close: () => tree.close() };
}

/** The sv that `npm run release` builds for this machine. */
const RELEASED = RELEASED_BIN && join(RELEASED_BIN, "sv");

const statusRow: Row = {
  name: "sv status of one service, whole process",
  unit: "ms",
  better: "lower",
  goals: [atMostTimes(1.1)],
};

const releasedRow: Row = {
  name: "sv status by the released executable, whole process",
  unit: "ms",
  better: "lower",
  goals: [atMostTimes(1.05)],
};

/** @param commandOf throws if the subject cannot be measured */
const statusMeasurement = (
  row: Row,
  subjects: Measurement["subjects"],
  commandOf: (subject: Subject, service: string) => readonly string[],
): Measurement => ({
  rows: [row],
  subjects,
  rounds: { quick: 5, full: 15 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    commandOf(subject, ""); // refuses before anything runs
    const { service, close } = await oneService(subject, driver.path);
    const command = commandOf(subject, service);
    const measure = () => new Map([[row.name, median(driver.timesMs(STATUS_TIMES, command))]]);
    return { measure, close };
  },
});

function statusCommand({ status }: Subject, service: string): readonly string[] {
  if (status === undefined) throw new Refused("has no such command");
  return status(service);
}

function releasedCommand(subject: Subject, service: string): readonly string[] {
  if (subject.name !== "ours") return statusCommand(subject, service);
  if (RELEASED === undefined || !existsSync(RELEASED))
    throw new Refused("npm run release builds it");
  return [RELEASED, "status", service];
}

const status = statusMeasurement(statusRow, ["ours", "runit", "s6", "daemontools"], statusCommand);
const released = statusMeasurement(releasedRow, ["ours", "runit"], releasedCommand);

const waiting = (command: string, goals: Row["goals"]): Row => ({
  name: `sv ${command} until it reports ok`,
  unit: "ms",
  better: "lower",
  goals,
});
const restartRow = waiting("restart", [atMostTimes(0.02)]);
const downRow = waiting("down", [atMostTimes(0.02)]);
const upRow = waiting("up", []);

const commands: Measurement = {
  rows: [restartRow, downRow, upRow],
  subjects: ["ours", "dense", "runit", "s6"],
  rounds: { quick: 3, full: 9 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    const { restart, down, up } = subject;
    if (!restart || !down || !up) throw new Refused("has no command that waits");
    const { service, close } = await oneService(subject, driver.path);
    const timeMs = (command: readonly string[]) => median(driver.timesMs(1, command));
    const untilOld = async () => {
      const startedMs = Math.max(0, ...stampsMs(`${service}/stamps`));
      await pause(Math.max(0, startedMs + AGE_MS - nowMs()));
    };
    return {
      async measure() {
        await untilOld();
        const restartMs = timeMs(restart(service));
        await untilOld();
        const downMs = timeMs(down(service));
        // The original also waits a second after the stop of a young service; this one is not
        // young.
        const upMs = timeMs(up(service));
        return new Map([
          [restartRow.name, restartMs],
          [downRow.name, downMs],
          [upRow.name, upMs],
        ]);
      },
      close,
    };
  },
};

export const sv: readonly Measurement[] = [status, released, commands];
