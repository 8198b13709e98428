/** Scripts of a service read its current state in supervise/stat. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { untilLeftDown } from "../../support/order.ts";
import type { Cleanup } from "../../support/sandbox.ts";
import { type scan, testBothWays } from "../../support/scan.ts";
import { type Description, FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";

describe("what a script reads of its own service", { concurrency: 4 }, () => {
  /** Enough to meet a supervisor that publishes too late, whoever is faster. */
  const ROUNDS = 10;
  const READ = "echo $(cat supervise/stat) >>seen";

  /** The states that `script` has seen in so many stops; the service is up between them. */
  async function seen(t: Cleanup, start: typeof scan, description: Description): Promise<string[]> {
    const scanner = start(t, { web: { run: FOREVER, ...description } });
    const web = scanner.service("web");
    for (let round = 0; round < ROUNDS; round++) {
      await web.untilRunning();
      web.control("d");
      await untilLeftDown(web);
      web.control("u");
    }
    await web.untilRunning();
    return web.lines("seen");
  }
  const each = (words: string) => Array.from({ length: ROUNDS }, () => words);

  testBothWays("is 'finish' in ./finish", {}, async (t, start) => {
    const own = 'pid=$(cat supervise/pid); case $pid in ""|$$) ;; *) echo $pid >>seen; esac';
    const finish = `${READ}; ${own}`;
    assert.deepEqual(await seen(t, start, { finish }), each("finish, want down"));
  });
  testBothWays("is the state before TERM in control/t", {}, async (t, start) => {
    const control = { t: `${READ}; exit 1` };
    assert.deepEqual(await seen(t, start, { control }), each("run, want down"));
  });
  testBothWays("is the state after TERM in control/d, before ./finish", {}, async (t, start) => {
    const control = { d: READ };
    const description = { control, finish: READ };
    const both = each("").flatMap(() => ["run, got TERM, want down", "finish, want down"]);
    assert.deepEqual(await seen(t, start, description), both);
  });
  testBothWays("is 'down' in control/u", {}, async (t, start) => {
    const control = { u: READ };
    const [, ...later] = await seen(t, start, { control });
    assert.deepEqual(later, each("down"));
  });

  testBothWays("tells in ./finish of the end before it", improved("history"), async (t, start) => {
    const finish = "grep endings supervise/history >>seen";
    const all = each("").map((_, index) => `endings ${index + 1}`);
    assert.deepEqual(await seen(t, start, { finish }), all);
  });
});
