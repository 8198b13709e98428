/**
 * Services that give commands to their own supervisor, and waits for the state that these lead to.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { StatusRecord } from "../../protocol/status.ts";
import { whileHeld } from "./held.ts";
import { isAlive } from "./procfs.ts";
import type { Cleanup } from "./sandbox.ts";
import type { scan } from "./scan.ts";
import { type Description, FOREVER, type ServiceDirectory } from "./service.ts";

/** A younger service rests before its next start, and a late command still finds it down. */
const GROW_UP = "sleep 1.1";

export const AWAIT_GO = "until [ -e go ]; do sleep 0.01; done";
export const command = (byte: string) => `printf ${byte} >supervise/control`;
export const START = "echo start >>trace";

/** A service that gives itself a command, once it is let go, as the last thing that it does. */
export function inRun(byte: string): Description {
  return { run: `${START}; ${GROW_UP}; ${AWAIT_GO}; ${command(byte)}` };
}

/** The same from ./finish. */
export function inFinish(byte: string): Description {
  return { run: `${START}; ${GROW_UP}`, finish: `${AWAIT_GO}; ${command(byte)}` };
}

/** Stays, and writes ./old when it is no young service any more. */
export const GROWN_UP: Description = { run: `${START}; ${GROW_UP}; echo >>old; ${FOREVER}` };

const isAtWork = ({ phase, pid }: StatusRecord) => phase !== "down" && pid !== 0;

const isLeftDown = ({ phase, pid, want }: StatusRecord) =>
  phase === "down" && pid === 0 && want === "down";

export const untilLeftDown = (service: ServiceDirectory) =>
  service.until("service left down", isLeftDown);

/** Lets the process of a service give its command and end, while the supervisor is held. */
export async function release(service: ServiceDirectory, supervisor: number): Promise<void> {
  const phase = service.text("finish") === "" ? "run" : "finish";
  const { pid } = await service.until(
    `./${phase}`,
    (status) => isAtWork(status) && status.phase === phase,
  );
  await whileHeld(supervisor, async () => {
    writeFileSync(service.path("go"), "");
    await service.untilTrue("end of the process", () => !isAlive(pid));
  });
}

export async function endsInOneStart(
  t: Cleanup,
  start: typeof scan,
  description: Description,
): Promise<void> {
  const scanner = start(t, { web: description });
  const web = scanner.service("web");
  const supervisor = await scanner.untilSupervisor("web");
  await release(web, supervisor);
  await untilLeftDown(web);
  assert.deepEqual(web.lines(), ["start"]);
}
