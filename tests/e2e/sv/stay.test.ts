/** sv -s SEC: a start must last before it counts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, sinceMs } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import type { Supervised } from "../../support/supervise.ts";
import { mask, say, up } from "../../support/sv.ts";

/** Longer than any test takes. */
const NEVER_S = "3600";
const ON_REQUEST =
  "trap 'kill $!; exit 0' USR1; echo start >>trace; while :; do sleep 1000 & wait $!; done";

/** Starts sv, which waits for the service "service". */
function begin({ box }: Supervised, ...words: readonly string[]) {
  const env = { ...process.env, SVDIR: box.dir };
  return box.start([tool(ours, "sv"), ...words, "service"], { env });
}

describe("sv -s", improved("sv-stay"), () => {
  test("sv reports ok when the service has stayed up for so long", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(
      await say(service, ["-s", "1", "start", "service"]),
      "ok: run: service: (pid N) Ns, normally down\n0",
    );
    assert.ok(Date.now() - sinceMs(service.status()) >= 900);
  });

  for (const word of ["start", "restart"]) {
    test(`sv ${word} fails as soon as the service dies for good`, async (t) => {
      const files = { "restart-policy": "never\n" };
      const service = await up(t, { run: FOREVER, files, down: word === "start" });
      const { pid: before } = service.status();
      const waiting = begin(service, "-s", NEVER_S, word);
      const { pid } = await service.untilRunning(before === 0 ? undefined : before);
      sendSignal(pid, "SIGKILL");
      await waiting.exit();
      assert.equal(mask(waiting.stdout()), "fail: service: ended: signal 9, not started again\n");
    });
  }

  test("a successful exit is a failure of start, and none of once", async (t) => {
    const files = { "restart-policy": "on-failure\n" };
    for (const [word, said] of [
      ["start", "fail: service: ended: code 0, not started again\n"],
      ["once", "ok: down: service: Ns\n"],
    ] as const) {
      const service = await up(t, { run: ON_REQUEST, files, down: true });
      const waiting = begin(service, "-s", NEVER_S, word);
      const { pid } = await service.untilRunning();
      await service.untilLines(1); // the trap is set
      sendSignal(pid, "SIGUSR1");
      await waiting.exit();
      assert.equal(mask(waiting.stdout()), said);
    }
  });

  test("sv waits for the next start of a service that died", async (t) => {
    const service = await up(t, {
      run: "[ -e died ] || { >died; exit 1; }; exec sleep 1000",
      down: true,
    });
    assert.equal(
      await say(service, ["-w", "600", "-s", "1", "start", "service"]),
      "ok: run: service: (pid N) Ns, normally down\n0",
    );
  });

  test("sv says how a service died that did not stay up in time", async (t) => {
    const service = await up(t, { run: "exit 3", down: true });
    for (const word of ["start", "restart"]) {
      const why =
        /^timeout: .*; died (once|\d+ times, at last) with code 3; try: sv why service\n1$/;
      // On a slow machine the time may be over before the first death.
      while (!why.test(await say(service, ["-w", "0", "-s", "2", word, "service"])));
      assert.doesNotMatch(await say(service, ["-w", "0", word, "service"]), /died/);
    }
  });

  test("the end that a restart asks for is no death", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 1" });
    assert.match(
      await say(service, ["-w", "0", "-s", "1", "restart", "service"]),
      /^timeout: run: [^;]*; \.\/check has not exited 0; try: sv why service\n1$/,
    );
  });

  test("sv warns about a time that is not a number", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      await say(service, ["-s", "0x", "start", "service"]),
      "ok: run: service: (pid N) Ns\nsv: warning: not a number of seconds: 0x (taken as 0)\n0",
    );
  });
});
