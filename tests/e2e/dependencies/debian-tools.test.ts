/** Debian's runsv and sv on services that depend on each other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  DEPENDENCIES,
  dependent,
  orderOf,
  release,
  untilOrder,
} from "../../support/dependencies.ts";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { both } from "../../support/skip.ts";
import { debian, ours, tool } from "../../support/suite.ts";
import { mask } from "../../support/sv.ts";

const BOTH = both({ skip: debian.missing ?? false }, DEPENDENCIES);

/** For commands that will be done, and for those that never are. */
const [LONG, SHORT] = ["-w120", "-w1"];

function untilWaiting(service: ServiceDirectory): Promise<unknown> {
  return service.until("waits", ({ phase, want }) => phase === "down" && want === "up");
}

test(
  "Debian's runsv takes over a directory from ours, and ignores what it does not know",
  BOTH,
  async (t) => {
    const box = sandbox(t);
    const files = {
      "timeout-ready": "1\n",
      "check-period": "1\n",
      watchdog: "1\n",
      "kill-group": "",
    };
    const description = dependent("web", { needs: ["db"], after: ["cache"], files });
    makeService(join(box.dir, "web"), { ...description, check: "exit 1" });
    const web = new ServiceDirectory(join(box.dir, "web"));
    const former = box.start([tool(ours, "runsv"), "web"]);
    await untilWaiting(await web.untilSupervised());
    former.signal("SIGKILL"); // so that event and hold stay
    await former.exit();
    assert.ok(web.has("supervise/event") && web.has("supervise/hold"));
    const runsv = box.start([tool(debian, "runsv"), "web"]);
    await web.untilRunning();
    web.control("d");
    await web.untilStat("down");
    web.control("u");
    await web.untilRunning();
    web.control("x");
    assert.equal((await runsv.exit()).code, 0);
  },
);

testBothWays("Debian's sv sees services wait for each other", BOTH, async (t, start) => {
  const tree = start(t, {
    db: dependent("db"),
    web: dependent("web", { needs: ["db"], isSlow: true }),
    app: dependent("app", { needs: ["none"] }),
  });
  const sv = async (...words: readonly string[]) => {
    const env = { SVDIR: tree.services };
    const { code, stdout } = await runTool(tree.box, debian, "sv", words, { env });
    return `${code} ${mask(stdout)}`;
  };
  await untilWaiting(await tree.service("app").untilSupervised());
  await untilOrder(tree, "start web");
  assert.equal(await sv("status", "app"), "0 down: app: Ns, normally up, want up\n");
  assert.equal(await sv(SHORT, "start", "app"), "1 timeout: down: app: Ns, normally up, want up\n");
  assert.equal(await sv(LONG, "start", "web"), "0 ok: run: web: (pid N) Ns\n");
  assert.equal(await sv(SHORT, "stop", "db"), "1 timeout: run: db: (pid N) Ns, want down\n");
  await untilOrder(tree, "term web");
  release(tree, "web");
  assert.equal(await sv(LONG, "stop", "db"), "0 ok: down: db: Ns, normally up\n");
  assert.equal(await sv("status", "web"), "0 down: web: Ns, normally up, want up\n");
  const ends = orderOf(tree).slice(2);
  assert.deepEqual(ends, ["term web", "end web", "term db", "end db"]);
});
