/** sv why: a service that was killed, and the kernel's count of kills for lack of memory. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mounted } from "../../../support/mounted.ts";
import { sendSignal } from "../../../support/sandbox.ts";
import { FOREVER } from "../../../support/service.ts";
import { asRoot, both, withPrograms } from "../../../support/skip.ts";
import { improved } from "../../../support/suite.ts";
import { type Supervised, supervise } from "../../../support/supervise.ts";
import { endOf, listed } from "../../../support/sv-json.ts";
import { untilAnswer } from "../../../support/why.ts";

const skip = both(improved("sv-words"), asRoot, withPrograms("unshare", "mount"));

const vmstat = (kills: number) => `nr_free_pages 1\noom_kill ${kills}\nunevictable 0\n`;
const RISEN = "which runsv did not send; the kernel's out-of-memory count rose by";

/** A service whose supervisor sees a count of the test's. */
function counted(t: Parameters<typeof supervise>[0], kills: number): Supervised {
  const text = vmstat(kills).replaceAll("\n", "\\n");
  const via = mounted(`printf '${text}' >vmstat; mount --bind vmstat /proc/vmstat`);
  const files = { "restart-delay-max": "50000" };
  return supervise(t, { run: `trap '' TERM; ${FOREVER}`, files }, { via });
}

function setCount({ box }: Supervised, kills: number): void {
  writeFileSync(join(box.dir, "vmstat"), vmstat(kills));
}

const killsOf = async (service: Supervised) => {
  const state = await listed(service);
  assert.equal(endOf(state), "KILL");
  return (state.last_exit as { memory_kills?: number }).memory_kills;
};

describe("sv why: a service that was killed", skip, () => {
  test("sv why says by how much the count rose while the service ran", async (t) => {
    const service = counted(t, 3);
    const first = await service.untilRunning();
    setCount(service, 5);
    sendSignal(first.pid, "SIGKILL");
    await untilAnswer(service, (answer) => answer.includes(`(${RISEN} 2)`));
    assert.equal(await killsOf(service), 2);
    // The next run begins with that count.
    service.control("u");
    const second = await service.untilRunning();
    assert.notEqual(second.pid, first.pid);
    sendSignal(second.pid, "SIGKILL");
    await service.untilTrue("the count after the second exit", () =>
      /endings 2\n[\s\S]*ran -1 9 \d+ \d+ 0\nran /.test(service.text("supervise/history")),
    );
    assert.equal(await killsOf(service), 0);
    assert.doesNotMatch(await untilAnswer(service, () => true), /memory/);
  });

  test("sv why says nothing of memory after a KILL of the supervisor", async (t) => {
    const service = counted(t, 3);
    const { pid } = await service.untilRunning();
    setCount(service, 4);
    service.control("k");
    await service.untilTrue("the exit", () =>
      service.text("supervise/history").includes("endings 1"),
    );
    service.control("u");
    await service.untilRunning(pid); // a count would be there by now
    assert.equal(await killsOf(service), undefined);
    assert.doesNotMatch(await untilAnswer(service, () => true), /memory/);
  });
});
