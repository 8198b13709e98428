/** The packages of `npm run release` for npm, with the executables under test. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ARCHITECTURES } from "../../../build/release/architectures.ts";
import { mainPackage, platformPackage } from "../../../build/release/npm.ts";
import { contentsUnderTest } from "../../support/package.ts";
import { children, comm, executable } from "../../support/procfs.ts";
import { type Outcome, run } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox, sendSignal } from "../../support/sandbox.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { originalInPlace } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const NOBODY = 65534;
const DEADLINE_MS = 600_000; // npm itself takes seconds, and more on a busy machine
const architecture = ARCHITECTURES.find(({ node }) => node === process.arch);
const isRoot = process.getuid?.() === 0;
const missing = originalInPlace ? "ours only" : architecture === undefined && "no such package";
const skip = { skip: missing };
const asRoot = { skip: missing || (!isRoot && "needs root") };
const PATH = `${process.execPath.slice(0, process.execPath.lastIndexOf("/"))}:/usr/bin:/bin`;

/** A prefix with a blank in it, in which npm has installed the two packages. */
class Prefix {
  readonly box: Sandbox;
  readonly #path: string;
  readonly #uid: number | undefined;

  constructor(t: Cleanup, uid?: number) {
    this.box = sandbox(t);
    this.#path = join(this.box.dir, "a prefix");
    this.#uid = uid;
    mkdirSync(this.#path);
    if (uid === undefined) return;
    chmodSync(this.box.dir, 0o755);
    for (const path of [this.box.dir, this.#path]) chownSync(path, uid, uid);
  }
  path(name: string): string {
    return join(this.#path, name);
  }
  run(command: readonly string[]): Promise<Outcome> {
    const uid = this.#uid === undefined ? {} : { uid: this.#uid };
    return run(this.box, command, { deadlineMs: DEADLINE_MS, env: { PATH }, ...uid });
  }
  npm(...words: readonly string[]): Promise<Outcome> {
    const options = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier"];
    return this.run(["npm", ...words, "--global", ...options, "--prefix", this.#path]);
  }
  async install(version = "1.0.0"): Promise<void> {
    const { code, stderr } = await this.npm("install", ...(await this.pack(version)));
    assert.equal(code, 0, stderr);
  }
  /** @returns the paths of the two packages */
  async pack(version: string): Promise<string[]> {
    assert.ok(architecture);
    const source = { version, timeS: 1 };
    const contents = await contentsUnderTest();
    const [main, platform] = [join(this.box.dir, "main.tgz"), join(this.box.dir, "platform.tgz")];
    writeFileSync(main, await mainPackage(ARCHITECTURES, contents, source));
    writeFileSync(platform, platformPackage(architecture, contents, source));
    return [main, platform];
  }
}

/** @returns a directory of services, and the service that is in it */
function oneService(dir: string): { readonly services: string; readonly web: string } {
  const [services, web] = [join(dir, "services"), join(dir, "web")];
  makeService(web, { run: "exec sleep 1000" });
  mkdirSync(services);
  symlinkSync(web, join(services, "web"));
  return { services, web };
}

async function becomesRunsvdir(pid: number): Promise<void> {
  await eventually(
    "runsvdir in place of the shell",
    () => (comm(pid) === "runsvdir" ? true : undefined),
    () => String(comm(pid)),
  );
}

async function comesAndGoes(prefix: Prefix): Promise<void> {
  await prefix.install();
  assert.deepEqual(readdirSync(prefix.path("bin")).sort(), [
    ...["chpst", "runits", "runsv", "runsvdir", "svlogd"],
  ]);
  assert.ok(existsSync(prefix.path("share/man/man8/sv.8")));
  for (const name of ["runits", `@runits/linux-${architecture?.node}`]) {
    const folder = prefix.path(`lib/node_modules/${name}`);
    for (const path of ["LICENSE", "share/doc/runits/licenses/libexample-2.0.1.txt"]) {
      assert.ok(existsSync(join(folder, path)), join(folder, path));
    }
  }
  const wrong = await prefix.run([prefix.path("bin/runsv")]);
  assert.match(wrong.stderr, /^usage: \S.*\/bin\/runsv dir\n\n$/);
  const sv = await prefix.run([prefix.path("bin/runits"), "sv", "status", "/nowhere"]);
  assert.match(sv.stdout, /^fail: \/nowhere: /);

  const gone = await prefix.npm("uninstall", "runits", `@runits/linux-${architecture?.node}`);
  assert.equal(gone.code, 0, gone.stderr);
  const left = readdirSync(prefix.path(""), { recursive: true, withFileTypes: true });
  assert.deepEqual(
    left.filter((item) => !item.isDirectory()),
    [],
  );
}

test("npm installs the tools as root, and uninstalls everything", asRoot, async (t) => {
  await comesAndGoes(new Prefix(t));
});

test("npm installs the tools as a user, and uninstalls everything", asRoot, async (t) => {
  await comesAndGoes(new Prefix(t, NOBODY));
});

test("a command becomes the executable: neither Node nor a shell stays", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const services = join(prefix.box.dir, "services");
  mkdirSync(services);
  for (const command of [["runsvdir"], ["runits", "runsvdir"]]) {
    const [name = "", ...words] = command;
    const { pid } = prefix.box.start([prefix.path(`bin/${name}`), ...words, services]);
    await becomesRunsvdir(pid);
  }
  const byPath = prefix.path("lib/node_modules/runits/bin/runsvdir");
  const { pid } = prefix.box.start([byPath, services]);
  await becomesRunsvdir(pid);
});

test("runits links puts all names into a directory, and replaces nothing else", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const links = join(prefix.box.dir, "links");
  mkdirSync(links);
  writeFileSync(join(links, "sv"), "Svelte's");
  const command = [prefix.path("bin/runits"), "links", links];
  const refused = await prefix.run(command);
  assert.equal(refused.code, 111);
  assert.ok(refused.stderr.includes(join(links, "sv")), refused.stderr);
  assert.deepEqual(readdirSync(links), ["sv"]);

  await prefix.run(["rm", join(links, "sv")]);
  for (const round of ["first", "again"]) assert.equal((await prefix.run(command)).code, 0, round);
  const pgrphack = await prefix.run([join(links, "pgrphack"), "echo", "x"]);
  assert.equal(pgrphack.stdout, "x\n");
  const sv = await prefix.run([join(links, "sv"), "status", "/nowhere"]);
  assert.match(sv.stdout, /^fail: \/nowhere: /);
});

test("an upgrade by npm, and USR2, stop no service", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const { services, web } = oneService(prefix.box.dir);
  const runsvdir = prefix.box.start([
    prefix.path("lib/node_modules/runits/bin/runsvdir"),
    services,
  ]);
  const service = new ServiceDirectory(web, () => runsvdir.stderr());
  const before = await service.untilRunning();
  const isOld = (pid: number) => executable(pid)?.endsWith(" (deleted)") === true;

  await prefix.install("1.0.1");
  assert.ok(isOld(runsvdir.pid));
  runsvdir.signal("SIGUSR2");
  const processes = [runsvdir.pid, ...children(runsvdir.pid)];
  await eventually(
    "the new executable",
    () => (processes.some(isOld) ? undefined : true),
    () => processes.map(executable).join(", "),
  );
  assert.equal(runsvdir.stderr(), "");
  assert.equal((await service.untilRunning()).pid, before.pid);
});

test("npx runs the tools of a project", skip, async (t) => {
  const prefix = new Prefix(t);
  const project = prefix.path("project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), "{}");
  const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--prefix", project];
  const installed = await prefix.run([...npm, ...(await prefix.pack("1.0.0"))]);
  assert.equal(installed.code, 0, installed.stderr);
  const npx = ["npx", "--offline", "--prefix", project, "runits"];
  const status = await prefix.run([...npx, "sv", "status", "/nowhere"]);
  assert.match(status.stdout, /^fail: \/nowhere: /);

  const { services, web } = oneService(prefix.box.dir);
  const trial = prefix.box.start([...npx, "runsvdir", services], { env: { PATH } });
  const service = new ServiceDirectory(web, () => trial.stderr());
  await service.untilRunning();
  const tree = prefix.box.processes().filter((pid) => comm(pid) === "runsvdir");
  assert.equal(tree.length, 1);
  for (const pid of tree) sendSignal(pid, "SIGHUP");
  const { code } = await trial.exit();
  assert.equal(code, 111, trial.stderr());
});
