/** `npm start`, without the build before it, on services of the test's own. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeOf } from "../../build/node/versions.ts";
import { inRoot } from "../../build/paths.ts";
import { BuildError } from "../../build/run.ts";
import { children, cmdline, comm, isAlive } from "../support/procfs.ts";
import {
  type Cleanup,
  type Running,
  type Sandbox,
  sandbox,
  sendSignal,
} from "../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { improved, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const START = inRoot("examples/start.ts");

/** A place like the repository's root, with one example service. */
function exampleTree(t: Cleanup): { box: Sandbox; web: ServiceDirectory } {
  const box = sandbox(t);
  mkdirSync(join(box.dir, "dist"));
  symlinkSync(ours.bin, join(box.dir, "dist/bin"));
  writeFileSync(join(box.dir, "package.json"), '{ "type": "module" }');
  const web = new ServiceDirectory(join(box.dir, "examples/services/web"));
  makeService(web.dir, { run: FOREVER, log: { run: "exec cat >/dev/null" } });
  return { box, web };
}

function start(box: Sandbox, node = process.execPath): Running {
  return box.start([node, "--import", import.meta.resolve("tsx"), START]);
}

async function untilScanner(starter: Running): Promise<number> {
  const find = () => children(starter.pid).find((pid) => comm(pid) === "runsvdir");
  return eventually("runsvdir", find, () => starter.stdout() + starter.stderr());
}

/** Also not esbuild, which ends by itself when the start that bundled with it has gone. */
async function untilNothingRuns(box: Sandbox): Promise<void> {
  const tell = () =>
    box
      .processes()
      .map((pid) => `${pid} ${cmdline(pid).join(" ")}`)
      .join("\n");
  await eventually("end of all", () => (tell() === "" ? true : undefined), tell);
}

const supervisors = (box: Sandbox) =>
  box.processes().filter((pid) => ["runsvdir", "runsv"].includes(comm(pid)));

test(
  "a start ends what one before it has left that was killed, and is ended by INT",
  improved("adoption"),
  async (t) => {
    const { box, web } = exampleTree(t);
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
    await untilNothingRuns(box);
  },
);

test("a start ends when npm and its shell have been ended by TERM", async (t) => {
  const { box, web } = exampleTree(t);
  const tsx = [process.execPath, "--import", import.meta.resolve("tsx"), START];
  const inner = '"$@"; exit'; // a shell in place of tsx, and one in place of npm's
  const words = ["sh", "-c", `sh -c '${inner}' sh "$@"; exit`, "sh", ...tsx];
  const shell = box.start(words, { env: { npm_lifecycle_event: "start" } });
  await web.untilRunning();
  await eventually("start", () => /^Running web/m.test(shell.stdout()) || undefined, shell.stderr);
  sendSignal(shell.pid, "SIGTERM");
  await untilNothingRuns(box);
  assert.match(shell.stdout(), /^stopping$/m);
});

test("a start has a console beside the services, which INT ends with them", async (t) => {
  const node = await nodeOf(22).catch((error: unknown) => {
    if (error instanceof BuildError) return t.skip(error.message);
    throw error;
  });
  if (node === undefined) return;
  const { box, web } = exampleTree(t);
  const starter = start(box, node);
  const [, address = "", tokenFile = ""] = await eventually(
    "address of the console",
    () => /^runits-console: (http:\S+), token in (.+)$/m.exec(starter.stdout()) ?? undefined,
    () => starter.stdout() + starter.stderr(),
  );
  await web.untilRunning();
  const console_ = children(starter.pid).find((pid) => cmdline(pid).includes("--state"));
  assert.ok(console_ !== undefined);
  const token = readFileSync(tokenFile, "utf8").trim();
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${address}api/v1/services/web/files`, { headers });
  assert.equal(answer.status, 200, await answer.text());

  starter.signal("SIGINT");
  assert.equal((await starter.exit()).code, 0, starter.stdout() + starter.stderr());
  assert.equal(isAlive(console_), false, "the start waits for its console");
  await untilNothingRuns(box);
});
