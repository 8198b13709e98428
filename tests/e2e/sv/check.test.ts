/** sv: the wanted state, and ./check. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { FOREVER, sinceMs } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { mask, say, sv, up } from "../../support/sv.ts";

describe("sv check", { concurrency: 4 }, () => {
  test("sv check is content if ./check exits 0", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 0" });
    assert.equal(await say(service, ["check", "service"]), "ok: run: service: (pid N) Ns\n0");
  });

  test("sv check is content with a service that is down and wanted down", async (t) => {
    const service = await up(t, { run: FOREVER, down: true, check: "exit 1" });
    assert.equal(await say(service, ["check", "service"]), "ok: down: service: Ns\n0");
  });

  test("sv check times out if ./check exits 1", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 1" });
    assert.equal(
      await say(service, ["-w1", "check", "service"]),
      "timeout: run: service: (pid N) Ns\n1",
    );
  });

  test(
    "sv says on a terminal that ./check has not exited 0, or how often ./run has died",
    improved("sv-timeout-reason"),
    async (t) => {
      const typed = async ({ box }: Supervised, words: string) => {
        const command = ["script", "-qec", `${tool(ours, "sv")} ${words} service`, "/dev/null"];
        const { stdout } = await run(box, command, { env: { SVDIR: box.dir } });
        return mask(stdout);
      };
      const refused = await up(t, { run: FOREVER, check: "exit 1" });
      assert.equal(
        await typed(refused, "-w0 check"),
        "timeout: run: service: (pid N) Ns; ./check has not exited 0; try: sv why service\r\n",
      );
      const crashing = await up(t, { run: "exit 3", down: true });
      const why =
        /^timeout: .*; died (once|\d+ times, at last) with code 3; try: sv why service\r\n$/;
      // On a slow machine the time may be over before the first death.
      while (!why.test(await typed(crashing, "-w1 start")));
    },
  );

  test(
    "a service that crashed soon after its start has to last, also if it runs again",
    improved("sv-once-check-failing"),
    async (t) => {
      for (const word of ["start", "check"]) {
        const service = supervise(t, { run: `[ -e died ] || { >died; exit 1; }; ${FOREVER}` });
        await service.untilTrue("first end", () => service.has("supervise/history"));
        await service.untilRunning();
        assert.equal((await sv(service, ["-w60", word, "service"])).code, 0);
        assert.ok(Date.now() - sinceMs(service.status()) >= 900, word);
      }
    },
  );

  test("a service that was asked to end soon after its start need not last", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal((await sv(service, ["restart", "service"])).code, 0);
    assert.equal(
      await say(service, ["-w0", "start", "service"]),
      "ok: run: service: (pid N) Ns\n0",
    );
  });

  test("./check runs in the service directory", async (t) => {
    const service = await up(t, { run: FOREVER, check: "echo $0 $PWD >>trace" });
    assert.equal((await sv(service, ["check", "service"])).code, 0);
    assert.equal(service.lines()[0], `check ${service.dir}`);
  });

  test(
    "sv check takes a ./check that was killed for a no",
    improved("sv-check-verdict"),
    async (t) => {
      const service = await up(t, { run: FOREVER, check: "kill -KILL $$" });
      assert.equal(
        await say(service, ["-w1", "check", "service"]),
        "timeout: run: service: (pid N) Ns\n1",
      );
    },
  );

  test(
    "at the end of the time sv kills what a ./check that hangs has started",
    improved("sv-check-async"),
    async (t) => {
      const check = "sh -c 'sleep 1000 & echo $! >>trace; wait' & wait";
      const service = await up(t, { run: FOREVER, check });
      const waiting = sv(service, ["-w2", "check", "service"]);
      const [child] = await service.untilLines(1);
      assert.equal((await waiting).code, 1);
      await service.untilTrue("kill", () => !isAlive(Number(child)));
    },
  );

  test(
    "sv check takes a ./check that cannot be executed for a no, and warns",
    improved("sv-check-verdict"),
    async (t) => {
      const service = await up(t, { run: FOREVER, check: { text: "#!/bin/sh\n", mode: 0o644 } });
      const { code, stdout, stderr } = await sv(service, ["-w1", "check", "service"]);
      assert.equal(mask(stdout), "timeout: run: service: (pid N) Ns\n");
      assert.match(stderr, /warning: unable to run service\/check: access denied \(not executable/);
      assert.equal(code, 1);
    },
  );

  test(
    "./check gets a standard output, and none of sv's descriptors",
    improved("sv-check-descriptors"),
    async (t) => {
      const check = [
        'echo output || { echo "no output" >>trace; exit 1; }',
        'for fd in /proc/$$/fd/*; do readlink "$fd" >>links; done',
        "exit 0",
      ].join("\n");
      const service = await up(t, { run: FOREVER, check });
      const { code } = await sv(service, ["-w60", "check", "service"]);
      assert.equal(code, 0, service.lines().join());
      const links = service.lines("links");
      const directories = links.filter((link) => link === service.dir || link === service.box.dir);
      assert.deepEqual(directories, []);
      assert.deepEqual(
        links.filter((link) => /inotify|supervise/.test(link)),
        [],
      );
    },
  );

  test(
    "sv check times out if the service is wanted up and cannot start",
    improved("sv-check-state"),
    async (t) => {
      const service = supervise(t, {});
      await service.untilMessage("unable to start ./run");
      const { code } = await sv(service, ["-w1", "check", "service"]);
      assert.equal(code, 1);
    },
  );

  test(
    "sv check times out if the service keeps failing",
    improved("sv-once-check-failing"),
    async (t) => {
      const service = supervise(t, { run: "exit 1" });
      // Before its first start it is down as well.
      await service.untilTrue("first end", () => service.has("supervise/history"));
      await service.until("rest", ({ phase }) => phase === "down");
      const { code, stdout } = await sv(service, ["-w1", "check", "service"]);
      assert.match(stdout, /^timeout: /);
      assert.equal(code, 1);
    },
  );
});
