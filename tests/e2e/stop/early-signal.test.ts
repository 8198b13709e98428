/** Process 1 gets a signal while its engine starts, when nothing handles it yet. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { scan } from "../../support/scan.ts";
import { both } from "../../support/skip.ts";
import { canUnshare, NAMESPACE } from "../../support/stop.ts";
import { improved } from "../../support/suite.ts";

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
const skip = both(
  improved("stop"),
  { skip: !canUnshare && "unshare is not permitted" },
  { skip: !canTrace && "needs strace" },
);
/**
 * The C library looks for a limit once at the start of each process, unshare's too, and the host
 * for the second time before it creates the engine.
 */
const signalled = (signal: string) => [
  ...["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=prlimit64"],
  ...["-e", `inject=prlimit64:signal=${signal}:when=2`],
];

describe("process 1", skip, () => {
  for (const signal of ["TERM", "INT", "QUIT", "PWR", "HUP"]) {
    for (const args of [[], ["--dense"]]) {
      test(`stops at ${signal} also while it starts ${args.join()}`.trimEnd(), async (t) => {
        const tree = scan(t, {}, { via: [...signalled(signal), ...NAMESPACE], args });
        assert.deepEqual(await tree.runsvdir.exit(), { code: 0, signal: null });
        assert.equal(tree.stderr, "");
      });
    }
  }

  test("gives its services the signal mask that it was executed with", async (t) => {
    for (const args of [[], ["--dense"]]) {
      const run = "grep SigBlk /proc/self/status >mask; echo >>trace; exec sleep 1000";
      const tree = scan(t, { web: { run } }, { via: NAMESPACE, args });
      await tree.service("web").untilLines(1);
      assert.deepEqual(tree.service("web").lines("mask"), ["SigBlk:\t0000000000000000"]);
    }
  });
});
