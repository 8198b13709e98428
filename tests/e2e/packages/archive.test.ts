/** The archive of `npm run release`, with the executables under test, and its install.sh. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { archiveName, archiveOf } from "../../../build/release/archive.ts";
import { contentsUnderTest } from "../../support/package.ts";
import { children, executable } from "../../support/procfs.ts";
import { type Outcome, run } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { originalInPlace } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const BUSYBOX = "/bin/busybox";
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const missing = originalInPlace ? "ours only" : !existsSync(BUSYBOX) && "needs busybox";
const skip = { skip: missing };
const asRoot = { skip: missing || (!isRoot && "needs root") };

/** An unpacked archive, and a prefix with a blank in it that exists. */
class Archive {
  readonly box: Sandbox;
  readonly prefix: string;
  readonly top: string;

  private constructor(box: Sandbox, top: string) {
    this.box = box;
    this.top = top;
    this.prefix = join(box.dir, "a prefix");
    mkdirSync(this.prefix);
  }
  static async unpack(t: Cleanup): Promise<Archive> {
    const box = sandbox(t);
    const options = { version: "1.0.0", architecture: "test", timeS: 1 };
    const archive = await archiveOf(await contentsUnderTest(), options);
    execFileSync("tar", ["xzf", "-"], { cwd: box.dir, input: archive });
    return new Archive(box, join(box.dir, archiveName(options)));
  }
  install(...words: readonly string[]): Promise<Outcome> {
    return run(this.box, [BUSYBOX, "sh", join(this.top, "install.sh"), ...words, this.prefix]);
  }
  path(name: string): string {
    return join(this.prefix, name);
  }
  /** Everything below the prefix. */
  installed(): string[] {
    return readdirSync(this.prefix, { recursive: true, encoding: "utf8" }).sort();
  }
}

test(
  "install.sh installs into a prefix, again over itself, and uninstalls everything",
  skip,
  async (t) => {
    const archive = await Archive.unpack(t);
    const first = await archive.install();
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.ok(first.stdout.includes(`PATH="${archive.prefix}/bin:$PATH"`), first.stdout);
    const version = await run(archive.box, [archive.path("bin/runits"), "--version"]);
    assert.deepEqual([version.code, version.stderr], [0, ""]);
    const doc = "share/doc/runits";
    for (const name of [
      ...["bin/runsv", "share/man/man8/sv.8", "share/bash-completion/completions/sv"],
      ...[`${doc}/LICENSE`, `${doc}/licenses/libexample-2.0.1.txt`, `${doc}/sbom.cdx.json`],
    ]) {
      assert.ok(existsSync(archive.path(name)), name);
    }
    const before = archive.installed();
    assert.equal((await archive.install()).code, 0);
    assert.deepEqual(archive.installed(), before);
    const end = await archive.install("--uninstall");
    assert.deepEqual([end.code, end.stderr, archive.installed()], [0, "", []]);
  },
);

test("install.sh upgrades a running tree, of which no service stops", skip, async (t) => {
  const archive = await Archive.unpack(t);
  await archive.install();
  const [services, web] = [join(archive.box.dir, "services"), join(archive.box.dir, "web")];
  makeService(web, { run: "exec sleep 1000" });
  mkdirSync(services);
  symlinkSync(web, join(services, "web"));
  const runsvdir = archive.box.start([archive.path("bin/runsvdir"), services]);
  const service = new ServiceDirectory(web, () => runsvdir.stderr());
  const before = await service.untilRunning();
  assert.equal((await archive.install()).code, 0);
  const processes = [runsvdir.pid, ...children(runsvdir.pid)];
  const old = () => processes.filter((pid) => executable(pid)?.endsWith(" (deleted)"));
  assert.deepEqual(old(), processes);
  runsvdir.signal("SIGUSR2");
  await eventually(
    "the new executable",
    () => (old().length === 0 ? true : undefined),
    () => processes.map(executable).join(", "),
  );
  assert.equal(runsvdir.stderr(), "");
  assert.equal((await service.untilRunning()).pid, before.pid);
});

test("install.sh removes a file that the new version lacks", skip, async (t) => {
  const archive = await Archive.unpack(t);
  await archive.install();
  const manifest = join(archive.top, "MANIFEST");
  const lines = readFileSync(manifest, "utf8").split("\n");
  writeFileSync(manifest, lines.filter((line) => line !== "bin/utmpset").join("\n"));
  await archive.install();
  assert.deepEqual(
    ["bin/utmpset", "bin/sv"].map((name) => existsSync(archive.path(name))),
    [false, true],
  );
});

test(
  "install.sh leaves another program's file alone, unless --replace keeps it",
  skip,
  async (t) => {
    const archive = await Archive.unpack(t);
    mkdirSync(archive.path("bin"));
    writeFileSync(archive.path("bin/sv"), "runit's");
    const refused = await archive.install();
    assert.equal(refused.code, 1);
    assert.ok(refused.stderr.includes(archive.path("bin/sv")), refused.stderr);
    assert.deepEqual(archive.installed(), ["bin", "bin/sv"]);

    for (const round of ["installs", "upgrades"]) {
      assert.equal((await archive.install("--replace")).code, 0, round);
      assert.equal(readFileSync(archive.path("bin/sv.runit"), "utf8"), "runit's", round);
    }
    assert.equal((await archive.install("--uninstall")).code, 0);
    assert.deepEqual(archive.installed(), ["bin", "bin/sv"]);
    assert.equal(readFileSync(archive.path("bin/sv"), "utf8"), "runit's");
  },
);

test("install.sh --dry-run changes nothing", skip, async (t) => {
  const archive = await Archive.unpack(t);
  const { code, stdout } = await archive.install("--dry-run");
  assert.equal(code, 0);
  assert.ok(stdout.includes(`mv -f ${archive.path("bin/sv.new")} ${archive.path("bin/sv")}`));
  assert.deepEqual(archive.installed(), []);
});

test("install.sh refuses words that it does not know", skip, async (t) => {
  const archive = await Archive.unpack(t);
  for (const word of ["--force", "/another"]) {
    const { code, stderr } = await archive.install(word);
    assert.equal(code, 100);
    assert.ok(stderr.includes(word), stderr);
  }
});

test("a user installs into the home directory, and uninstalls from there", asRoot, async (t) => {
  const archive = await Archive.unpack(t);
  const home = join(archive.box.dir, "home of a user");
  mkdirSync(home);
  chownSync(home, NOBODY, NOBODY);
  for (const path of [archive.box.dir, archive.top]) chmodSync(path, 0o755);
  const install = (...words: readonly string[]): Promise<Outcome> =>
    run(archive.box, [BUSYBOX, "sh", join(archive.top, "install.sh"), ...words], {
      uid: NOBODY,
      env: { HOME: home },
    });
  const { code, stdout, stderr } = await install();
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(stdout.startsWith(`installed in ${home}/.local\n`), stdout);
  assert.ok(existsSync(join(home, ".local/bin/sv")));
  const end = await install("--uninstall");
  assert.deepEqual([end.code, end.stderr], [0, ""]);
  assert.deepEqual(readdirSync(join(home, ".local")), []);
});

test("a root directory without any C library can install and run the tools", asRoot, async (t) => {
  const archive = await Archive.unpack(t);
  const root = archive.box.dir;
  mkdirSync(join(root, "bin"));
  execFileSync("cp", [BUSYBOX, join(root, "bin/busybox")]);
  execFileSync("chroot", [root, "/bin/busybox", "--install", "-s", "/bin"]);
  const install = `/${archive.top.slice(root.length + 1)}/install.sh`;
  const words = `PATH=/bin; ${install} && /usr/local/bin/runits --version && ls /usr/local/bin/sv`;
  const { code, stdout, stderr } = await run(archive.box, ["chroot", root, "/bin/sh", "-c", words]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^installed in \/usr\/local\n(.*\n)?runits \d.*\n\/usr\/local\/bin\/sv\n$/);
});
