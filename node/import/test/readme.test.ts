/** The commands of the README, as they are printed, on files in another place. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { runImport } from "./run-import.ts";

const README = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const COMMANDS = [...README.matchAll(/^npx runits-import (.+)$/gm)].map(([, words = ""]) => words);

test("the commands of the README work", async (t) => {
  const box = sandbox(t);
  writeFileSync(join(box.dir, "Procfile"), "web: ./web\nworker: ./worker\n");
  writeFileSync(
    join(box.dir, "supervisord.conf"),
    "[program:api]\ncommand=/bin/api\ndirectory=/\n",
  );
  writeFileSync(
    join(box.dir, "ecosystem.config.cjs"),
    'module.exports = { apps: [{ name: "node", script: "server.js", env_production: {} }] };\n',
  );
  writeFileSync(join(box.dir, "compose.yaml"), "services:\n  cache:\n    command: redis-server\n");
  for (const name of ["shop", "db"]) {
    writeFileSync(join(box.dir, `${name}.service`), `[Service]\nExecStart=/bin/${name}\n`);
  }
  assert.equal(COMMANDS.length, 5);
  for (const command of COMMANDS) {
    const words = command
      .replace("/etc/sv", "sv")
      .replaceAll(/\/etc\/(supervisor|systemd\/system)\//g, "")
      .split(" ");
    const { code, stderr } = await runImport(box, words);
    assert.equal(code, 0, stderr);
  }
  for (const name of ["api", "web-1", "web-2", "worker-3", "node", "cache", "shop", "db"]) {
    assert.ok(existsSync(join(box.dir, "sv", name, "run")), name);
  }
});
