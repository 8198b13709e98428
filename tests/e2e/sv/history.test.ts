/** sv reads the history that a supervisor publishes. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { endOf, listed } from "../../support/sv-json.ts";

describe("sv, and supervise/history", improved("sv-words"), () => {
  test("does not take the word of a supervisor that is gone", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    const { stdout } = await run(service.box, ["sh", "-c", "echo $$"]);
    writeFileSync(
      service.path("supervise/history"),
      `supervisor ${stdout.trim()}\nendings 5\nrest 0\nfailed 0\n`,
    );
    const { restarts, last_exit } = await listed(service);
    assert.deepEqual([restarts, last_exit], [0, undefined]);
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
    const later = await listed(service);
    assert.deepEqual([later.restarts, endOf(later)], [1, "KILL"]);
  });
});
