/** The program in examples/client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inRoot } from "../../../build/paths.ts";
import { run } from "../../../tests/support/run.ts";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { TREES } from "./trees.ts";

const PROGRAM = inRoot("examples/client/rolling-restart.mjs");

for (const { name, options, skip } of TREES) {
  test(`services are restarted in turn, up to one that cannot be: ${name}`, {
    skip,
  }, async (t) => {
    const tree = scan(
      t,
      {
        web: { run: FOREVER, check: "exec test -e run" },
        last: { run: FOREVER },
      },
      options,
    );
    const first = await tree.service("web").untilRunning();
    const last = await tree.service("last").untilRunning();
    const env = { SVDIR: tree.services };
    const program = (...words: readonly string[]) =>
      run(tree.box, [process.execPath, PROGRAM, ...words], { env });

    const outcome = await program("web", "none", "last");
    const { pid } = await tree.service("web").untilRunning(first.pid);
    assert.deepEqual(
      [outcome.code, outcome.stdout],
      [1, `web: ready as process ${pid}\n`],
      outcome.stderr,
    );
    assert.match(outcome.stderr, /^none: /);
    assert.equal((await tree.service("last").untilRunning()).pid, last.pid);
    assert.equal((await program()).code, 0);
    await tree.service("last").untilRunning(last.pid);
  });
}
