/** The package as npm has it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { NODE_PACKAGES } from "../../../build/node/packages.ts";
import { inRoot } from "../../../build/paths.ts";
import { packedNodePackage } from "../../../build/release/node-packages.ts";
import { sandbox } from "../../../tests/support/sandbox.ts";

const run = promisify(execFile);

/** A user's program; its types are checked with those of the package alone. */
const PROGRAM = `
import { ServiceError, Services, type ServiceStatus } from "runits-client";
const services: Services = new Services("/etc/service");
const states: Promise<ServiceStatus[]> = services.list();
states.catch((error: unknown) => {
  if (error instanceof ServiceError && error.code === "NO_SERVICE") console.log(error.service);
});
// @ts-expect-error There is no such condition.
services.get("web").wait("running").catch(() => {});
`;

test("the package has its modules, types, page and licence, and nothing to run or to install", async (t) => {
  const { dir } = sandbox(t);
  const client = NODE_PACKAGES.find(({ folder }) => folder === "node/client");
  assert.ok(client !== undefined);
  const { name, content } = await packedNodePackage(client, { version: "7.8.9", timeS: 0 });
  assert.equal(name, "runits-client-7.8.9.tgz");
  const installed = join(dir, "node_modules/runits-client");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(dir, name), content);
  await run("tar", ["-xzf", join(dir, name), "--strip-components=1", "-C", installed]);
  const { stdout } = await run("find", [".", "-type", "f"], { cwd: installed });
  const files = stdout.trim().split("\n").sort();
  for (const file of ["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts"]) {
    assert.ok(files.includes(`./${file}`), file);
  }
  assert.deepEqual(
    files.filter((file) => /\/(src|test)\//.test(file)),
    [],
  );
  const loading = 'const { version } = require("runits-client/package.json");';
  await assert.rejects(run(process.execPath, ["--eval", loading], { cwd: dir })); // not exported
  const module = 'import { Services } from "runits-client"; console.log(typeof Services);';
  const loaded = await run(process.execPath, ["--input-type=module", "--eval", module], {
    cwd: dir,
  });
  assert.equal(loaded.stdout, "function\n");
  writeFileSync(join(dir, "program.mts"), PROGRAM);
  const options = ["--strict", "--noEmit", "--skipLibCheck", "false", "--module", "nodenext"];
  const lib = [
    "--lib",
    "es2023,esnext.disposable",
    "--types",
    "node",
    "--typeRoots",
    inRoot("node_modules/@types"),
  ];
  const tsc = inRoot("node_modules/.bin/tsc");
  await run(tsc, ["--ignoreConfig", ...options, ...lib, "program.mts"], { cwd: dir }).catch(
    ({ stdout }: { readonly stdout: string }) => assert.fail(stdout),
  );
});
