/** Limit files that cannot be read because runsv has no descriptor left: what they said counts. */
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { SOON_MS } from "../../support/limit-files.ts";
import { openFiles } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { STUBBORN } from "../../support/service.ts";
import { both, withPrograms } from "../../support/skip.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";

/** @returns puts the limit back */
function leaveNoDescriptor({ runsv }: Supervised): () => void {
  const open = openFiles(runsv.pid);
  let free = 0;
  while (open.has(free)) free += 1;
  const prlimit = (...words: readonly string[]) =>
    execFileSync("prlimit", [`--pid=${runsv.pid}`, ...words], { encoding: "utf8" });
  const limit = (soft: string) => prlimit(`--nofile=${soft}:`);
  const before = prlimit("--nofile", "--noheadings", "--raw", "-o", "SOFT").trim();
  limit(`${free}`);
  return () => limit(before);
}

/** Waits until the supervisor serves commands, so that it has read the files. */
async function untilServing(service: Supervised): Promise<number> {
  const { pid } = await service.untilRunning();
  service.control("p");
  await service.until("paused", ({ paused }) => paused);
  service.control("c");
  await service.until("continued", ({ paused }) => !paused);
  return pid;
}

const SKIP = both(withPrograms("prlimit"), improved("bounds"));

describe("limit files that cannot be read for lack of descriptors", SKIP, () => {
  test("restart-policy: a service that is not to start again does not", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "restart-policy": "never\n" } });
    const pid = await untilServing(service);
    const release = leaveNoDescriptor(service);
    sendSignal(pid, "SIGKILL");
    await service.untilMessage("warning: unable to open ./restart-policy: ");
    release();
    await service.until("end", ({ phase, want }) => phase === "down" && want === "down");
  });

  test("timeout-kill: a daemon that ignores its stop signal gets KILL", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": SOON_MS } });
    await stopWithout("timeout-kill", service);
  });

  test("down-signal: a daemon gets its own stop signal", async (t) => {
    const service = supervise(t, {
      run: `trap "exit 0" USR1; trap "" TERM; echo start >>trace; while :; do sleep 0.05; done`,
      files: { "down-signal": "USR1\n" },
    });
    await stopWithout("down-signal", service);
  });
});

/** Stops a service whose supervisor cannot read `file`. */
async function stopWithout(file: string, service: Supervised): Promise<void> {
  await service.untilLines(1);
  await untilServing(service);
  const release = leaveNoDescriptor(service);
  service.control("d");
  await service.untilMessage(`warning: unable to open ./${file}: `);
  release();
  await service.untilStat("down");
}
