/** The packages for rpm, apk and Arch; of these systems only rpm is tried with its own program. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Outcome, run } from "../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../support/sandbox.ts";
import { asRoot, both, withPrograms } from "../support/skip.ts";
import { asset, releasedWithGo } from "./release.ts";

const BUSYBOX = "/bin/busybox";

/** A directory that is to become a root. */
function emptyRoot(t: Cleanup): { readonly box: Sandbox; readonly root: string } {
  const box = sandbox(t);
  const root = join(box.dir, "root");
  mkdirSync(root);
  return { box, root };
}

function inRoot(box: Sandbox, root: string, ...command: readonly string[]): Promise<Outcome> {
  return run(box, ["chroot", root, ...command]);
}

async function runs(box: Sandbox, root: string): Promise<void> {
  const { code, stdout, stderr } = await inRoot(box, root, "/usr/bin/runits", "--version");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^runits \d/);
  const sv = await inRoot(box, root, "/usr/bin/sv", "status", "/nowhere");
  assert.match(sv.stdout, /^fail: \/nowhere: /);
  for (const path of ["share/man/man8/sv.8.gz", "share/doc/runits/sbom.cdx.json"]) {
    assert.ok(existsSync(join(root, "usr", path)), path);
  }
  assert.ok(!existsSync(join(root, "usr/lib/runits/bin/runit")));
}

test(
  "rpm installs the package into a root without a C library, and removes it",
  both(releasedWithGo, asRoot, withPrograms("rpm", BUSYBOX)),
  async (t) => {
    const { box, root } = emptyRoot(t);
    mkdirSync(join(root, "bin"));
    copyFileSync(BUSYBOX, join(root, "bin/busybox"));
    for (const name of ["sh", "cat", "readlink"]) symlinkSync("busybox", join(root, "bin", name));
    const rpm = (...words: readonly string[]) =>
      run(box, ["rpm", "--root", root, "--dbpath", "/rpm", ...words]);
    // Debian's rpm does not know that /bin/sh is there.
    const installed = await rpm("--install", "--nodeps", asset("runits-0", ".rpm"));
    assert.equal(installed.code, 0, installed.stderr);
    await runs(box, root);
    const ofInit = await rpm("--install", "--nodeps", asset("runits-init-", ".rpm"));
    assert.equal(ofInit.code, 0, ofInit.stderr);
    assert.equal((await inRoot(box, root, "/usr/bin/runit", "--help")).code, 0);
    const verified = await rpm("--verify", "--nodeps", "runits", "runits-init");
    assert.deepEqual([verified.code, verified.stdout], [0, ""]);
    const removed = await rpm("--erase", "runits-init", "runits");
    assert.equal(removed.code, 0, removed.stderr);
    const left = readdirSync(join(root, "usr"), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      left.filter((item) => !item.isDirectory()),
      [],
    );
  },
);

test("the package for apk, unpacked, runs", both(releasedWithGo, asRoot), async (t) => {
  const { box, root } = emptyRoot(t);
  // Three archives in a row: apk-package(5).
  execFileSync("tar", ["xzf", asset("runits-0", ".apk"), "--ignore-zeros"], {
    cwd: root,
    stdio: "pipe",
  });
  await runs(box, root);
  const info = readFileSync(join(root, ".PKGINFO"), "utf8");
  assert.match(info, /^pkgname = runits$/m);
  assert.match(info, /^arch = x86_64$/m);
  assert.ok(existsSync(join(root, ".post-upgrade")));
});

test(
  "the package for Arch, unpacked, runs",
  both(releasedWithGo, asRoot, withPrograms("zstd")),
  async (t) => {
    const { box, root } = emptyRoot(t);
    execFileSync("tar", ["--zstd", "-xf", asset("runits-0", ".pkg.tar.zst")], { cwd: root });
    await runs(box, root);
    const info = readFileSync(join(root, ".PKGINFO"), "utf8");
    assert.match(info, /^pkgname = runits$/m);
    assert.match(readFileSync(join(root, ".INSTALL"), "utf8"), /^function post_upgrade\(\)/m);
    assert.ok(existsSync(join(root, ".MTREE")));
  },
);
