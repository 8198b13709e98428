/**
 * The directory in which sv looks for services. A root directory of the test's own stands
 * for other systems.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { improved, ours, tool } from "../../support/suite.ts";

const PLACES = [
  "/etc/service",
  "/service",
  "/var/service",
  "/run/runit/service",
  "/etc/runit/runsvdir/current",
] as const;

/** A system with sv and these directories. */
function system(t: Cleanup, ...places: readonly string[]): Sandbox {
  const box = sandbox(t);
  copyFileSync(tool(ours, "sv"), join(box.dir, "sv"));
  for (const place of places) mkdirSync(join(box.dir, place), { recursive: true });
  return box;
}

/** sv's output in such a system. */
async function said(box: Sandbox, args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr } = await run(box, ["chroot", box.dir, "/sv", ...args], { env });
  return stdout + stderr;
}

/** The path at which it looks for a service. */
async function lookedIn(box: Sandbox, env: Record<string, string> = {}): Promise<string> {
  return / \((.*)\/web\)\n$/.exec(await said(box, ["status", "web"], env))?.[1] ?? "nowhere";
}

describe("sv's directory of services", improved("sv-directory"), () => {
  const skip = process.getuid?.() !== 0 && "only root may change the root directory";

  test("the directory of services is the first that exists of those that systems have", {
    skip,
  }, async (t) => {
    for (let first = 0; first < PLACES.length; first += 1) {
      const box = system(t, ...PLACES.slice(first));
      assert.equal(await lookedIn(box), PLACES[first]);
      assert.match(await said(box, ["--help"]), new RegExp(`looked up in ${PLACES[first]}:\\n`));
    }
  });

  test("the directory of services is Debian's if none exists, and always SVDIR if that is set", {
    skip,
  }, async (t) => {
    const box = system(t);
    assert.equal(await lookedIn(box), "/etc/service");
    assert.match(await said(box, ["--help"]), /none exists of\n/);
    mkdirSync(join(box.dir, "etc"));
    symlinkSync("/nowhere", join(box.dir, "etc/service"));
    mkdirSync(join(box.dir, "service"));
    assert.equal(await lookedIn(box), "/service");
    assert.equal(await lookedIn(box, { SVDIR: "/elsewhere" }), "/elsewhere");
    const help = await said(box, ["--help"], { SVDIR: "/elsewhere" });
    assert.match(help, /looked up in \/elsewhere:\nSVDIR is set to it/);
  });
});
