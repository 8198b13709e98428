/**
 * `npm run install-to`, without npm: from a copy of its sources, which belongs to another user.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { type Outcome, run } from "../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** What the script reads, beside the tools. */
const SOURCES = ["build", "tools/sv", "base", "protocol", "docs/man", "LICENSE", "package.json"];
/** Where the shells look for the completion of sv. */
const COMPLETIONS = {
  bash: "bash-completion/completions/sv",
  zsh: "zsh/site-functions/_sv",
  fish: "fish/vendor_completions.d/sv.fish",
};
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const skip = originalInPlace && "ours only";
const asRoot = { skip: originalInPlace ? skip : !isRoot && "needs root" };

/** A source tree, built, at a path with a blank in it. */
class Sources {
  readonly box: Sandbox;
  readonly #root: string;

  constructor(t: Cleanup) {
    this.box = sandbox(t);
    chmodSync(this.box.dir, 0o755);
    this.#root = join(this.box.dir, "source tree");
    for (const part of SOURCES) {
      cpSync(join(ROOT, part), join(this.#root, part), { recursive: true });
    }
    cpSync(ours.bin, this.path("dist/bin"), { recursive: true, verbatimSymlinks: true });
  }
  path(name: string): string {
    return join(this.#root, name);
  }
  belongTo(uid: number): void {
    execFileSync("chown", ["-hR", `${uid}:${uid}`, this.#root]);
  }
  install(words: readonly string[], uid?: number): Promise<Outcome> {
    const script = [process.execPath, ...process.execArgv, this.path("build/install.ts")];
    const command = ["sh", "-c", 'umask 077; exec "$@"', "sh", ...script, ...words];
    return run(this.box, command, { cwd: ROOT, ...(uid === undefined ? {} : { uid }) });
  }
}

const below = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => join(dir, name));

test("root installs what belongs to root, from another user's sources", asRoot, async (t) => {
  const sources = new Sources(t);
  sources.belongTo(NOBODY);
  const prefix = join(sources.box.dir, "a prefix");
  const { code, stderr } = await sources.install([prefix]);
  assert.deepEqual([code, stderr], [0, ""]);
  for (const path of [prefix, ...below(prefix)]) {
    const { uid, gid, mode } = lstatSync(path);
    assert.deepEqual([uid, gid], [0, 0], path);
    const isText = path.includes("/share/") && !statSync(path).isDirectory();
    if (!lstatSync(path).isSymbolicLink()) {
      assert.equal((mode & 0o7777).toString(8), isText ? "644" : "755", path);
    }
  }
  const sv = await run(sources.box, [join(prefix, "bin/sv"), "-V"], { uid: NOBODY });
  assert.match(sv.stderr, /^runits \d/);
  const names = below(prefix).map((path) => path.slice(prefix.length + 1));
  for (const name of ["bin/envdir", "share/man/man8/sv.8", "share/doc/runits/LICENSE"]) {
    assert.ok(names.includes(name), name);
  }
  for (const [shell, name] of Object.entries(COMPLETIONS)) {
    const printed = await run(sources.box, [join(prefix, "bin/sv"), "--completion", shell]);
    assert.equal(readFileSync(join(prefix, "share", name), "utf8"), printed.stdout, name);
  }
});

test("installing replaces executables that run", { skip }, async (t) => {
  const sources = new Sources(t);
  const prefix = join(sources.box.dir, "prefix");
  await sources.install([prefix]);
  const path = join(prefix, "bin/runsvdir");
  mkdirSync(join(sources.box.dir, "services"));
  const running = sources.box.start([path, "services"]);
  const { ino } = statSync(path);
  const { code, stderr } = await sources.install([prefix]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.notEqual(statSync(path).ino, ino);
  assert.deepEqual(readdirSync(join(prefix, "bin")).sort(), readdirSync(ours.bin).sort());
  running.signal("SIGHUP");
  assert.equal((await running.exit()).code, 111);
});

test("a user installs below a directory of his own, and nowhere else", asRoot, async (t) => {
  const sources = new Sources(t);
  const home = join(sources.box.dir, "home");
  mkdirSync(home);
  const denied = await sources.install([join(home, ".local")], NOBODY);
  assert.equal(denied.code, 1);
  const text =
    /^install-to: unable to install .*\/home\/\.local\/bin\/sv: EACCES: .*; install as root, or/;
  assert.match(denied.stderr, text);
  execFileSync("chown", [`${NOBODY}`, home]);
  const { code, stderr } = await sources.install([join(home, ".local")], NOBODY);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(statSync(join(home, ".local/bin/sv")).uid, NOBODY);
});

test("wrong arguments and a missing build are named", { skip }, async (t) => {
  const sources = new Sources(t);
  for (const [words, text] of [
    [[], /^install-to: no PREFIX\nusage: /],
    [["/a", "/b"], /^install-to: more than one PREFIX: \/a, \/b\nusage: /],
    [["--prefix=/a"], /^install-to: unknown option '--prefix'\nusage: /],
  ] as const) {
    const { code, stderr } = await sources.install(words);
    assert.equal(code, 1);
    assert.match(stderr, text);
  }
  const help = await sources.install(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^usage: npm run install-to -- PREFIX\n/);
  rmSync(sources.path("dist"), { recursive: true });
  const { code, stderr } = await sources.install([join(sources.box.dir, "prefix")]);
  assert.equal(code, 1);
  assert.match(stderr, /^install-to: nothing to install: .*; npm run build makes it\n/);
});
