/** runsvdir supervises a service directory that replaces another one of its name. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cmdline, isAlive } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours } from "../../support/suite.ts";

const KEEPERS = improved("keeps-supervisors");

describe("a service directory that is replaced under its name", {
  concurrency: 2,
  ...KEEPERS,
}, () => {
  for (const [how, prepare] of [
    ["with supervise/ in it", () => {}],
    [
      "with supervise a link to a place that stays",
      (dir: string, box: string) => {
        mkdirSync(join(box, "state"), { recursive: true });
        symlinkSync(join(box, "state/web"), join(dir, "supervise"));
      },
    ],
  ] as const) {
    test(`is supervised anew, ${how}`, async (t) => {
      const scanner = scan(t, {});
      const { box } = scanner;
      const put = (greeting: string) => {
        const fresh = join(box.dir, greeting);
        makeService(fresh, { run: `echo ${greeting} >>${box.dir}/trace; ${FOREVER}` });
        prepare(fresh, box.dir);
        renameSync(fresh, join(scanner.services, "web"));
      };
      put("old");
      const service = scanner.service("web");
      const before = await service.untilRunning();
      await service.untilSupervised();
      const trace = () => readFileSync(join(box.dir, "trace"), "utf8");
      await scanner.until("the old one", () =>
        cmdline(before.pid)[0] === "sleep" ? true : undefined,
      );
      renameSync(service.dir, join(box.dir, "gone"));
      await scanner.until("removal", () => {
        try {
          rmSync(join(box.dir, "gone"), { recursive: true, maxRetries: 10 });
          return true;
        } catch {
          return undefined; // its supervisor still writes there
        }
      });
      put("new");
      const after = await service.untilRunning(before.pid);
      await service.untilSupervised();
      await scanner.until("end of the old one", () => (isAlive(before.pid) ? undefined : true));
      await scanner.until("the new one", () =>
        cmdline(after.pid)[0] === "sleep" ? true : undefined,
      );
      assert.equal(service.status().pid, after.pid);
      assert.equal(trace(), "old\nnew\n");
      const { stdout } = await runTool(box, ours, "sv", ["-w60", "down", service.dir]);
      assert.match(stdout, /^ok: down: /);
    });
  }
});
