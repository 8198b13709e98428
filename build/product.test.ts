/** The product in one executable for all tools, as `npm run build -- --single` makes it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { executablesIn, product } from "./product.ts";
import { buildPrograms } from "./programs.ts";

let folder: string;
let bin: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "runits-single-"));
  bin = join(folder, "bin");
  await buildPrograms(product(), executablesIn(bin, true));
});
after(() => rmSync(folder, { recursive: true }));

function ask(name: string, words: readonly string[], argv0 = name, input = ""): string {
  const { stdout, stderr } = spawnSync(join(bin, name), words, {
    argv0,
    input,
    cwd: folder,
    encoding: "latin1",
  });
  return stdout + stderr;
}

test("every tool is a link to it", () => {
  for (const name of ["runsvdir", "runsv", "sv", "svlogd", "chpst", "softlimit"]) {
    assert.equal(readlinkSync(join(bin, name)), "runits");
  }
});

test("a tool is itself under any name in its command line", () => {
  for (const argv0 of ["weblog", "sv", "runits"]) {
    mkdirSync(join(folder, argv0));
    ask("svlogd", [argv0], argv0, "hi\n");
    assert.equal(readFileSync(join(folder, argv0, "current"), "latin1"), "hi\n");
  }
  assert.equal(ask("chpst", ["-P", "echo", "x"], "sv"), "x\n");
});

test("it is a tool by the first word of its command line", () => {
  assert.match(ask("runits", [], "runsv"), /^usage: runsv dir\n/);
});

test("it is sv by a link of any other name", () => {
  symlinkSync(join(bin, "runits"), join(bin, "web"));
  assert.match(ask("web", []), /^usage: web \[-w sec\] command/);
});

test("a tool is named after itself, also if there is no link", () => {
  mkdirSync(join(folder, "service"));
  const run =
    "#!/bin/sh\ncat /proc/$PPID/comm; tr '\\0' ' ' </proc/$PPID/cmdline; kill $PPID; exec sleep 1000\n";
  writeFileSync(join(folder, "service/run"), run, { mode: 0o755 });
  const named = "runsv\nrunsv service ";
  assert.equal(ask("runits", ["runsv", "service"]), named);
  assert.equal(ask("runsv", ["service"]), named);
  rmSync(join(bin, "runsv"));
  assert.equal(ask("runits", ["runsv", "service"]), named);
});
