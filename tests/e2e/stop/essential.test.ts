/** `essential`: a service whose end is that of the tree. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { runTool } from "../../support/run.ts";
import type { Cleanup } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { type Description, FOREVER, type Script } from "../../support/service.ts";
import { type StartStopping, type StoppingScan, testStopping, WAYS } from "../../support/stop.ts";
import { improved, ours } from "../../support/suite.ts";

const essential = (
  run: Script,
  files: Readonly<Record<string, Script>> = {},
  more: Omit<Description, "run" | "files"> = {},
): Description => ({ run, files: { essential: "", ...files }, ...more });
const ONCE = { "max-death-tally": "1" };
/** Waits until the other service runs, so that the test sees that it is stopped. */
const AFTER_WEB = "while ! [ -e ../web/trace ]; do sleep 0.01; done";
const WEB: Description = {
  run: "trap 'echo TERM >>trace; exit 0' TERM; echo start >>trace; while :; do sleep 0.01; done",
};
const sv = (tree: StoppingScan, ...words: readonly string[]) =>
  runTool(tree.scan.box, ours, "sv", ["-w60", ...words]);

const testEssential = (
  name: string,
  body: (t: Cleanup, start: StartStopping) => Promise<void>,
): void => testStopping(name, body, WAYS, "essential");

describe("an essential service", { concurrency: 4 }, () => {
  for (const [what, run, code] of [
    ["its exit code", `${AFTER_WEB}; exit 7`, 7],
    ["128 + its signal", `${AFTER_WEB}; kill -SEGV $$`, 139],
    ["0 after a success", AFTER_WEB, 0],
    ["111 if ./run cannot be executed", { text: "#!/bin/sh\n", mode: 0o644 }, 111],
  ] as const) {
    testEssential(`that has failed ends the tree with ${what}`, async (t, start) => {
      const tree = start(t, { job: essential(run, ONCE), web: WEB });
      assert.equal((await tree.exit()).code, code);
      if (code !== 111) assert.deepEqual(tree.service("web").lines(), ["start", "TERM"]);
    });
  }

  testEssential("that takes itself down in ./finish ends the tree", async (t, start) => {
    const job = essential(`${AFTER_WEB}; exit 3`, {}, { finish: "sv down ." });
    const tree = start(t, { job, web: WEB });
    assert.equal((await tree.exit()).code, 3);
    assert.deepEqual(tree.service("web").lines(), ["start", "TERM"]);
  });

  testEssential("that was wanted once ends the tree", async (t, start) => {
    const tree = start(t, { job: essential("exit 4", {}, { down: true }), web: WEB });
    await tree.service("job").untilStat("down");
    tree.service("job").control("o");
    assert.equal((await tree.exit()).code, 4);
  });

  testEssential("that a command stops does not end the tree", async (t, start) => {
    const tree = start(t, { job: essential(FOREVER, ONCE), web: WEB });
    await tree.service("job").untilStat("run");
    await tree.service("web").untilLines(1);
    for (const command of ["down", "up", "restart", "kill", "force-stop"]) {
      assert.equal((await sv(tree, command, tree.service("job").dir)).code, 0, command);
    }
    await tree.service("job").untilStat("down");
    assert.deepEqual(tree.service("web").lines(), ["start"]);
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 0);
  });

  testBothWays(
    "that has ended does not end a tree without --stop, which warns",
    improved("essential"),
    async (t, begin) => {
      const scanner = begin(t, { job: essential("exit 7", ONCE), web: WEB });
      await scanner.untilMessage("warning: essential service job has ended: only with --stop");
      await scanner.service("web").untilLines(1);
      await scanner.service("web").untilSupervised();
    },
  );

  testEssential("that crashes is started again as any other", async (t, start) => {
    const run = `echo start >>trace; [ $(wc -l <trace) -gt 1 ] || exit 9; ${FOREVER}`;
    const tree = start(t, { job: essential(run) });
    await tree.service("job").untilLines(2);
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 0);
  });
});
