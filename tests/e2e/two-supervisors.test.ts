/**
 * A supervisor is an object: one process holds two of them, and its current directory is neither's.
 */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { runTool } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { originalInPlace, ours } from "../support/suite.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "two-supervisors");

test("one process supervises two services, each with its own state, pipe and commands", {
  skip: originalInPlace && "a program of ours",
}, async (t) => {
  const box = sandbox(t);
  const services = ["a", "b"].map((name) => {
    makeService(join(box.dir, name), {
      run: `pwd; ${FOREVER}`,
      finish: "echo finished",
      log: { run: "mkdir main; exec cat >>main/current" },
    });
    return new ServiceDirectory(join(box.dir, name), () => both.stderr());
  });
  const both = box.start([PROGRAM, "a", "b"]);
  const [a, b] = services as [ServiceDirectory, ServiceDirectory];
  for (const service of services) {
    await service.untilRunning();
    // The daemon's current directory is its service directory, and its output goes to its own log.
    assert.deepEqual(await service.log.untilLines(1, "main/current"), [service.dir]);
  }
  const before = await b.untilRunning();
  assert.equal((await runTool(box, ours, "sv", ["-w60", "down", a.dir])).code, 0);
  assert.equal(a.stat(), "down");
  assert.deepEqual(await a.log.untilLines(2, "main/current"), [a.dir, "finished"]);
  assert.deepEqual(b.status(), before, "the other service is untouched");
  assert.equal((await runTool(box, ours, "sv", ["-w60", "exit", a.dir])).code, 0);
  assert.ok(!a.isSupervised());
  assert.ok(b.isSupervised());
  both.signal("SIGTERM");
  assert.deepEqual(await both.exit(), { code: 0, signal: null });
  assert.equal(b.stat(), "down");
});
