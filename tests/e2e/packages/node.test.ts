/** The packages of node/, installed from their files alone, and run. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { NODE_PACKAGES } from "../../../build/node/packages.ts";
import { nodeOf } from "../../../build/node/versions.ts";
import { nodePackages } from "../../../build/release/node-packages.ts";
import type { Asset } from "../../../build/release/output.ts";
import { run } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { originalInPlace } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const skip = { skip: originalInPlace && "ours only" };
const DEADLINE_MS = 600_000; // npm itself takes seconds, and more on a busy machine
const NODE = await nodeOf(22);
/** Some of the packages from npm that are in the bundles: of the server, the page, the screen. */
const BUNDLED = ["@hono/node-server", "hono", "ink", "preact", "react", "yoga-layout"];

let packages: readonly Asset[] = [];

interface Bill {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string }[];
}

/** A prefix with a blank in it, and a cache of npm in which there is nothing. */
class Prefix {
  readonly box: Sandbox;
  readonly #path: string;

  constructor(t: Cleanup) {
    this.box = sandbox(t);
    this.#path = join(this.box.dir, "a prefix");
    mkdirSync(this.#path);
  }
  npm(...words: readonly string[]) {
    const quiet = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier"];
    const places = ["--prefix", this.#path, "--cache", join(this.box.dir, "cache")];
    const bin = process.execPath.slice(0, process.execPath.lastIndexOf("/"));
    const options = { deadlineMs: DEADLINE_MS, env: { PATH: `${bin}:/usr/bin:/bin` } };
    return run(this.box, ["npm", ...words, "--global", ...quiet, ...places], options);
  }
  async install(): Promise<void> {
    const files = packages.map(({ name, content }) => {
      const path = join(this.box.dir, name);
      writeFileSync(path, content);
      return path;
    });
    const { code, stderr } = await this.npm("install", ...files);
    assert.equal(code, 0, stderr);
  }
  command(name: string): string {
    return join(this.#path, "bin", name);
  }
  folder(name: string): string {
    return join(this.#path, "lib/node_modules", name);
  }
  files(): string[] {
    return readdirSync(this.#path, { recursive: true, withFileTypes: true })
      .filter((item) => !item.isDirectory())
      .map(({ name }) => name);
  }
}

before(async () => {
  if (!originalInPlace) packages = await nodePackages({ version: "7.8.9", timeS: 86_400 });
});

test("the packages are installed without a network, run, and leave nothing", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const console = await run(prefix.box, [NODE, prefix.command("runits-console"), "--version"]);
  assert.deepEqual([console.code, console.stderr], [0, ""]);
  assert.match(console.stdout, /^runits-console \d/);
  const its = await run(prefix.box, [NODE, prefix.command("runits-import"), "--help"]);
  assert.deepEqual([its.code, its.stderr], [0, ""]);
  const module = 'import { Services } from "runits-client"; console.log(typeof Services);';
  const program = join(prefix.folder("runits-client"), "program.mjs");
  writeFileSync(program, module);
  const client = await run(prefix.box, [NODE, program]);
  assert.deepEqual([client.stdout, client.stderr], ["function\n", ""]);
  const names = NODE_PACKAGES.map(({ folder }) => `runits-${folder.slice("node/".length)}`);
  assert.equal((await prefix.npm("uninstall", ...names)).code, 0);
  assert.deepEqual(prefix.files(), []);
});

test("an installed console serves the page", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const services = join(prefix.box.dir, "services");
  mkdirSync(services);
  const where = ["--services", services, "--state", join(prefix.box.dir, "state")];
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const running = prefix.box.start([
    ...[NODE, prefix.command("runits-console"), "--listen", "127.0.0.1:0", ...root, ...where],
  ]);
  const address = await eventually(
    "address of the console",
    () => /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout())?.[0],
    () => `${running.stdout()}${running.stderr()}`,
  );
  const page = await (await fetch(address)).text();
  assert.match(page, /<script[^>]* src="[^"]*page\.js"/);
  running.signal("SIGTERM");
  assert.equal((await running.exit()).code, 0, running.stderr());
});

test("a package has the licence of each part of its bundles", skip, async (t) => {
  const prefix = new Prefix(t);
  await prefix.install();
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const found = new Set<string>();
  for (const { folder } of NODE_PACKAGES) {
    const name = `runits-${folder.slice("node/".length)}`;
    const bill = readFileSync(join(prefix.folder(name), "sbom.cdx.json"), "utf8");
    assert.equal(await validator.validate(bill), null);
    const { metadata, components } = JSON.parse(bill) as Bill;
    assert.equal(metadata.component.name, name);
    for (const part of components) {
      const file = `${part.name.replace("/", "-")}-${part.version}.txt`;
      const text = readFileSync(join(prefix.folder(name), "licenses", file), "utf8");
      assert.match(text, /copyright|\(c\)/i, file);
      found.add(part.name);
    }
  }
  for (const name of BUNDLED) assert.ok(found.has(name), `${name}: ${[...found]}`);
});
