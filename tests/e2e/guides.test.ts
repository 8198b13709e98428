/** Recipes of the guides, as they are printed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { guideBlock } from "../support/guide.ts";
import { runTool } from "../support/run.ts";
import { scan } from "../support/scan.ts";
import { ours } from "../support/suite.ts";

test("restart on failure only: what sv ends comes back, and what exits 0 does not", async (t) => {
  const tree = scan(
    t,
    {
      web: {
        run: [
          "trap 'exit 0' TERM",
          "echo start >>trace",
          'until [ -e code ]; do sleep 0.01; done; code=$(cat code); rm code; exit "$code"',
        ].join("\n"),
      },
    },
    {
      prepare: (dir) =>
        execFileSync("sh", ["-ec", guideBlock("migrate.md", "mkdir -p control")], {
          cwd: `${dir}/made/web`,
        }),
    },
  );
  const web = tree.service("web");
  const sv = (command: string) =>
    runTool(tree.box, ours, "sv", ["-w", "60", command, web.dir], {
      env: { PATH: `${ours.bin}:/usr/bin:/bin` },
    });
  let { pid } = await web.untilRunning();
  await web.untilLines(1);
  for (const command of ["restart", "try-restart", "force-restart"]) {
    const { code, stdout } = await sv(command);
    assert.deepEqual([code, stdout.slice(0, 7)], [0, "ok: run"]);
    ({ pid } = await web.untilRunning(pid));
  }
  execFileSync("sh", ["-c", "echo 3 >code"], { cwd: web.dir });
  await web.untilRunning(pid);
  execFileSync("sh", ["-c", "echo 0 >code"], { cwd: web.dir });
  await web.untilTrue("not wanted up", () => web.status().want === "down");
  await web.untilStat("down");
  assert.equal((await sv("start")).code, 0);
  await web.untilRunning();
});
