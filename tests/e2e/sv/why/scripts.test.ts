/** sv why: the scripts beside ./run. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { run } from "../../../support/run.ts";
import { FOREVER } from "../../../support/service.ts";
import { improved } from "../../../support/suite.ts";
import { sv, up } from "../../../support/sv.ts";
import { answerOf, untilAnswer } from "../../../support/why.ts";

describe("sv why: scripts beside ./run", { concurrency: 4, ...improved("sv-words") }, () => {
  test("sv why names a ./finish and a ./check that are not executable", async (t) => {
    for (const file of ["finish", "check"] as const) {
      const service = await up(t, { run: FOREVER, [file]: "true" });
      chmodSync(service.path(file), 0o644);
      const answer = await answerOf(service);
      const command = `chmod +x ${service.path(file)}`;
      assert.equal(answer, `running: ./${file} is not executable; try: ${command}`);
      assert.match((await sv(service, ["why"])).stdout, /^service: running: /);
      await run(service.box, ["sh", "-c", command]);
      assert.match(await answerOf(service), /^running: for Ns \(pid N\)/);
      service.runsv.signal("SIGTERM");
    }
  });

  test("sv why names a ./finish of a log service that cannot be executed", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: FOREVER, finish: "true" } });
    await service.log.untilRunning();
    writeFileSync(service.path("log/finish"), "true\n");
    const name = "service/log";
    const answer = await answerOf(service, { name });
    const command = `sed -i '1i #!/bin/sh' ${service.path("log/finish")}`;
    assert.equal(answer, `running: ./finish has no #! line; try: ${command}`);
  });

  test("sv why says that runsv does not run ./check, and how to run it", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 7" });
    const [text, command = ""] = (await answerOf(service)).split("; try: ");
    assert.equal(text, "running: for Ns (pid N); runsv does not run ./check (no check-period)");
    assert.equal((await run(service.box, ["sh", "-c", command])).stdout, "7\n");
    assert.equal((await sv(service, ["why"])).stdout, "the one service is as it should be\n");
  });

  test("sv why names a ./check that hangs, and a command that ends", async (t) => {
    const files = { "check-period": "1000", "check-timeout": "600000" };
    const check = "trap 'exit 9' TERM; while :; do sleep 1000 & wait; done";
    const service = await up(t, { run: FOREVER, check, files });
    await untilAnswer(service, (answer) =>
      answer.startsWith(
        "starting: for Ns, and not ready: ./check has been running for Ns (pid N), " +
          `and may take 10m (check-timeout); try: (cd ${service.dir} && timeout 600 ./check; `,
      ),
    );
    assert.match((await sv(service, ["why"])).stdout, /and may take 10m/);
  });
});
