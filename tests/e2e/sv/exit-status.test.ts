/** sv: usage and exit codes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { ours } from "../../support/suite.ts";
import { sv, up } from "../../support/sv.ts";

describe("sv's exit status", { concurrency: 4 }, () => {
  const USAGE = "usage: sv [-v] [-w sec] command service ...\n\n";
  const MISUSES: readonly (readonly string[])[] = [
    [],
    ["status"],
    ["zap", "service"],
    ["start"],
    ["-v"],
    ["-w"],
    ["-x", "status", "service"],
    ["rest", "service"],
    ["force", "service"],
  ];
  for (const args of MISUSES) {
    test(`sv exits 100 for: sv ${args.join(" ")}`, async (t) => {
      const service = await up(t, { run: FOREVER });
      const { code, stdout, stderr } = await sv(service, args);
      assert.ok(stderr.endsWith(USAGE), stderr);
      assert.deepEqual([code, stdout], [100, ""]);
    });
  }

  test("sv -V prints the version, and exits 100", async (t) => {
    const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", ["-V"]);
    assert.ok(stderr.endsWith(USAGE), stderr);
    assert.equal(stderr.split("\n").length, 4, "one line, and usage");
    assert.deepEqual([code, stdout], [100, ""]);
  });

  test("sv exits with the number of services that failed, up to 99", async (t) => {
    const service = await up(t, { run: FOREVER });
    const failing = (count: number) => Array.from({ length: count }, () => "nowhere");
    assert.equal((await sv(service, ["status", "service", ...failing(7)])).code, 7);
    assert.equal((await sv(service, ["up", ...failing(99)])).code, 99);
    assert.equal((await sv(service, ["status", ...failing(200)])).code, 99);
  });
});
