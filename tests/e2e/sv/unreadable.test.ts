/** sv: the exit code of each word that shows is the number of services that it could not read. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Outcome, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { improved, ours } from "../../support/suite.ts";

/** They look at the state of services. */
const LINES = ["list", "list --json", "why", "why --json", "graph", "graph --json", "metrics"];
/** More than the exit codes for it. */
const MANY = 120;

/** A service without a supervisor, and links that lead nowhere. */
function place(t: Cleanup, links: number): Sandbox {
  const box = sandbox(t);
  const services = join(box.dir, "services");
  mkdirSync(join(services, "web/log/main"), { recursive: true });
  writeFileSync(join(services, "web/run"), "#!/bin/sh\nexec webd\n", { mode: 0o755 });
  writeFileSync(join(services, "web/log/main/current"), "one\n");
  for (let link = 0; link < links; link += 1) symlinkSync("nowhere", join(services, `gone${link}`));
  return box;
}

const sv = (box: Sandbox, line: string): Promise<Outcome> =>
  runTool(box, ours, "sv", line.split(" "), { env: { SVDIR: join(box.dir, "services") } });

describe("the exit code of sv counts services that it could not read", improved("sv-words"), () => {
  for (const line of LINES) {
    test(`sv ${line}, with names and without`, async (t) => {
      const box = place(t, 2);
      const all = await sv(box, line);
      assert.deepEqual([all.code, all.stdout.includes("web")], [2, true], all.stderr);
      assert.equal((await sv(box, `${line} web gone0`)).code, 1);
      assert.equal((await sv(box, `${line} web`)).code, 0);
      const many = place(t, MANY);
      assert.equal((await sv(many, line)).code, 99);
    });
  }

  test("sv logs counts logs that it could not read", async (t) => {
    const box = place(t, 0);
    for (const name of ["db", "mail"]) {
      // A log is no directory, so even root cannot read it.
      mkdirSync(join(box.dir, "services", name, "log/main/current"), { recursive: true });
    }
    const { code, stdout } = await sv(box, "logs");
    assert.deepEqual([code, stdout], [2, "web  | one\n"]);
    assert.equal((await sv(box, "logs web db")).code, 1);
    assert.equal((await sv(box, "logs web")).code, 0);
  });

  test("sv metrics names those that no metric names, and writes the file", async (t) => {
    const box = place(t, 5);
    const file = join(box.dir, "sv.prom");
    const { stdout, stderr } = await sv(box, `metrics --output ${file}`);
    const few = "gone0, gone1, gone2, ...";
    assert.deepEqual(
      [stdout, stderr],
      ["", `sv: unable to look at 5 services: ${few} (sv list NAME shows why)\n`],
    );
    rmSync(file);
    assert.match((await sv(box, "metrics")).stdout, /^runits_services_unreadable 5\n/m);
  });

  test("each of them has 1 if it cannot read the directory of services", async (t) => {
    const box = sandbox(t);
    for (const line of [...LINES, "logs", "watch"]) {
      const { code, stderr } = await sv(box, line);
      assert.equal(code, 1, line);
      assert.match(stderr, /^sv: unable to open .*\/services: file does not exist \(SVDIR .*\)\n$/);
    }
  });
});
