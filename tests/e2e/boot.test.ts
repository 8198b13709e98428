/** The files in examples/boot: the entry point of a container, as process 1 of a pid namespace. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { children } from "../support/procfs.ts";
import { sandbox, sendSignal } from "../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { improved, ours, tool } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc"] as const;
const permitted = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), "true"]).status === 0;
const entry = resolve(import.meta.dirname, "../../examples/boot/container-start");
const unpermitted = permitted ? {} : { skip: "unshare is not permitted" };
const options = { ...improved("dense"), ...unpermitted };

describe("a container's process 1", options, () => {
  for (const [name, command] of [
    ["container-start", [entry]],
    ["runsvdir --dense", [tool(ours, "runsvdir"), "--dense", "services"]],
  ] as const) {
    test(`${name}, given TERM, ends the services, their logs last, and exits 0`, async (t) => {
      const box = sandbox(t);
      mkdirSync(join(box.dir, "services"));
      makeService(join(box.dir, "made/web"), {
        run: `echo hello; ${FOREVER}`,
        finish: "echo finished",
        log: { run: "exec cat >>lines" },
      });
      symlinkSync("../made/web", join(box.dir, "services/web"));
      const env = {
        PATH: `${ours.bin}:/usr/bin:/bin`,
        SVDIR: join(box.dir, "services"),
        STOP_WAIT: "60",
      };
      const unshare = box.start([...NAMESPACE, ...command], { env });
      const web = new ServiceDirectory(join(box.dir, "services/web"), () => unshare.stderr());
      await web.untilStat("run");
      assert.deepEqual(await web.log.untilLines(1, "lines"), ["hello"]);
      const first = await eventually("process 1", () => children(unshare.pid)[0], unshare.stderr);
      sendSignal(first, "SIGTERM");
      assert.equal((await unshare.exit()).code, 0);
      assert.equal(web.stat(), "down");
      assert.deepEqual(web.log.lines("lines"), ["hello", "finished"]);
    });
  }
});
