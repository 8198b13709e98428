/**
 * RUNITS_SVDIR at build time: the directory in which sv looks for services, unless SVDIR is set.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { product } from "./product.ts";
import { buildPrograms } from "./programs.ts";

const folder = mkdtempSync(join(tmpdir(), "runits-home-"));
after(() => rmSync(folder, { recursive: true }));

test("is told by sv, and used without SVDIR", async () => {
  process.env.RUNITS_SVDIR = "/var/lib/services";
  const path = join(folder, "sv");
  const entries = product().filter(({ name }) => name === "sv" || name.startsWith("sv/"));
  await buildPrograms(entries, [{ path, programs: ["sv"] }]);
  const ask = (words: readonly string[], env = {}) =>
    spawnSync(path, words, { env, encoding: "latin1" }).stdout;
  assert.match(ask(["--help"]), /looked up in \/var\/lib\/services:\nit was set when sv was built/);
  assert.match(ask(["status", "web"]), /\(\/var\/lib\/services\/web\)\n$/);
  assert.match(ask(["status", "web"], { SVDIR: "/srv" }), /\(\/srv\/web\)\n$/);
});
