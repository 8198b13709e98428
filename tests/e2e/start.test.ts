/** `npm start`, without the build before it, on services of the test's own. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { children, comm } from "../support/procfs.ts";
import { type Running, type Sandbox, sandbox, sendSignal } from "../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { improved, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const START = resolve(import.meta.dirname, "../../examples/start.ts");

function start(box: Sandbox): Running {
  return box.start([process.execPath, ...process.execArgv, START]);
}

async function untilScanner(starter: Running): Promise<number> {
  const find = () => children(starter.pid).find((pid) => comm(pid) === "runsvdir");
  return eventually("runsvdir", find, () => starter.stdout() + starter.stderr());
}

const supervisors = (box: Sandbox) =>
  box.processes().filter((pid) => ["runsvdir", "runsv"].includes(comm(pid)));

test(
  "a start ends what one before it has left that was killed, and is ended by INT",
  improved("adoption"),
  async (t) => {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "dist"));
    symlinkSync(ours.bin, join(box.dir, "dist/bin"));
    const web = new ServiceDirectory(join(box.dir, "examples/services/web"));
    makeService(web.dir, { run: FOREVER, log: { run: "exec cat >/dev/null" } });

    const killed = start(box);
    const left = await untilScanner(killed);
    const { pid } = await web.untilRunning();
    sendSignal(killed.pid, "SIGKILL");
    await killed.exit();

    const second = start(box);
    const scanner = await untilScanner(second);
    await web.untilRunning(pid);
    assert.match(second.stdout(), new RegExp(`^Ending what .* runsvdir, process ${left}\n`));
    assert.equal(supervisors(box).length, 2, "one runsvdir, and one runsv");
    assert.ok(supervisors(box).includes(scanner));

    second.signal("SIGINT");
    assert.equal((await second.exit()).code, 0);
    assert.deepEqual(box.processes(), []);
  },
);
