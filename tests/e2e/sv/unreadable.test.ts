/** sv: the exit code of each word that shows is the number of services that it could not read. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Outcome, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { asRoot } from "../../support/skip.ts";
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

const sv = (box: Sandbox, line: string, home = join(box.dir, "services")): Promise<Outcome> =>
  runTool(box, ours, "sv", line.split(" "), { env: { SVDIR: home } });

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

  for (const line of [...LINES, "logs", "watch", "verify", "list --check", "list w*", "why *"]) {
    test(`sv ${line} has 100, and prints nothing, without a directory of services`, async (t) => {
      const box = sandbox(t);
      const file = join(box.dir, "file");
      writeFileSync(file, "");
      for (const [home, problem] of [
        [join(box.dir, "none"), `unable to open ${box.dir}/none: file does not exist`],
        ["none", "unable to open none: file does not exist"],
        [file, `unable to open ${file}: not a directory`],
        ["", "SVDIR is empty"],
      ] as const) {
        const { code, stdout, stderr } = await sv(box, line, home);
        assert.deepEqual([code, stdout], [100, ""], home);
        assert.match(
          stderr,
          /^.* \((set SVDIR|set it) to the directory that runsvdir looks at\)\n$/,
        );
        assert.equal(stderr.split(" (")[0], `sv: fatal: ${problem}`);
      }
    });
  }

  test("sv metrics leaves the file as it is without a directory of services", async (t) => {
    const box = sandbox(t);
    const file = join(box.dir, "sv.prom");
    writeFileSync(file, "before\n");
    assert.equal((await sv(box, `metrics --output ${file}`)).code, 100);
    assert.equal(readFileSync(file, "utf8"), "before\n");
  });

  test("a path needs no directory of services", async (t) => {
    const box = place(t, 0);
    for (const line of LINES) {
      assert.equal((await sv(box, `${line} ./services/web`, "/nonexistent")).code, 0, line);
    }
  });

  test("sv list says to run as root if the directory is refused", asRoot, async (t) => {
    const box = place(t, 0);
    const home = join(box.dir, "services");
    chmodSync(box.dir, 0o755);
    chmodSync(home, 0o700);
    const options = { env: { SVDIR: home }, uid: 65_534 };
    const { code, stderr } = await runTool(box, ours, "sv", ["list"], options);
    assert.equal(code, 100);
    assert.match(stderr, /: access denied \(run as root, or set SVDIR .*\)\n$/);
  });
});
