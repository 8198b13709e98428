/** sv grant: with the supervisors of both suites. */
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mounted } from "../../support/mounted.ts";
import { run, runTool } from "../../support/run.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";

const [ALICE, BOB, CAROL] = [60_001, 60_002, 60_003];
const [DEPLOY, WATCH] = [60_011, 60_012];
const HIDDEN = /supervise.*: access denied/;

async function grant(tree: Scan, ...words: readonly string[]): Promise<string> {
  const env = { SVDIR: tree.services };
  const { code, stdout, stderr } = await runTool(tree.box, ours, "sv", ["grant", ...words], {
    env,
  });
  return `${stdout}${stderr}${code}`.replaceAll(tree.box.dir, "DIR");
}

/** `sv WORDS` of a user who is in one group. */
async function svOf(tree: Scan, uid: number, gid: number, ...words: string[]): Promise<string> {
  const command = [join(ours.bin, "chpst"), "-u", `:${uid}:${gid}`, tool(ours, "sv"), ...words];
  const env = { SVDIR: tree.services };
  const { code, stdout, stderr } = await run(tree.box, command, { env });
  return `${stdout}${stderr}${code}`;
}

async function begin(tree: Scan, ...names: readonly string[]): Promise<void> {
  chmodSync(tree.box.dir, 0o755);
  for (const name of names) await tree.service(name).untilRunning();
}

function mode(tree: Scan, path: string): string {
  const { mode: bits, uid, gid } = statSync(join(tree.box.dir, "made", path));
  return `${(bits & 0o777).toString(8)} ${uid}:${gid}`;
}

const skip = both(improved("sv-words"), improved("access"), asRoot);

describe("sv grant", skip, () => {
  testBothWays("lets a group control a service, and nobody else", {}, async (t, start) => {
    const tree = start(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    await begin(tree, "web", "db");
    assert.match(await svOf(tree, ALICE, DEPLOY, "status", "web"), HIDDEN);
    assert.equal(await grant(tree, `:${DEPLOY}`, "web"), `ok: web: control :${DEPLOY}\n0`);
    assert.match(await svOf(tree, ALICE, DEPLOY, "status", "web"), /^run: web: .*\n0$/);
    assert.match(
      await svOf(tree, ALICE, DEPLOY, "-w60", "restart", "web"),
      /^ok: run: web: .*\n0$/,
    );
    assert.match(await svOf(tree, ALICE, DEPLOY, "status", "db"), HIDDEN);
    assert.match(await svOf(tree, CAROL, WATCH, "status", "web"), HIDDEN);
    assert.equal(mode(tree, "web/supervise"), `710 0:${DEPLOY}`);
    assert.equal(mode(tree, "web/supervise/control"), `620 0:${DEPLOY}`);
    assert.equal(mode(tree, "web/supervise/lock"), "600 0:0");
    assert.match(
      await svOf(tree, ALICE, DEPLOY, "grant", "--replace", `:${WATCH}`, "web"),
      /access denied/,
    );
  });

  test("works with runit's supervisor, for a while", {
    skip: debian.missing ?? false,
  }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, log: { run: "exec cat" } } }, { suite: debian });
    await begin(tree, "web");
    const until = "(until supervise/ is made anew, because its supervisor is not of runits)";
    const both = `control :${DEPLOY}, log-control :${DEPLOY}`;
    assert.equal(await grant(tree, `:${DEPLOY}`, "web", "--log"), `ok: web: ${both} ${until}\n0`);
    const command = ["-w60", "restart", "web", "web/log"];
    assert.match(await svOf(tree, ALICE, DEPLOY, ...command), /^(ok: run: .*\n){2}0$/);
    assert.match(await svOf(tree, CAROL, WATCH, "status", "web"), HIDDEN);
  });

  test("lets a second group read the status alone", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await begin(tree, "web");
    const status = `status :${WATCH}`;
    assert.equal(await grant(tree, `:${WATCH}`, "web", "--status"), `ok: web: ${status}\n0`);
    assert.match(await svOf(tree, BOB, WATCH, "status", "web"), /^run: web: .*\n0$/);
    assert.match(await svOf(tree, BOB, WATCH, "down", "web"), /access denied\n1$/);
    const note = `(who controls must be in :${WATCH} too)`;
    const all = `ok: web: control :${DEPLOY}, ${status} ${note}\n0`;
    assert.equal(await grant(tree, `:${DEPLOY}`, "web"), all);
    assert.match(await svOf(tree, BOB, WATCH, "status", "web"), /^run: web: .*\n0$/);
    assert.match(await svOf(tree, BOB, WATCH, "down", "web"), /access denied\n1$/);
    assert.match(await svOf(tree, CAROL, 60_013, "status", "web"), /access denied.*\n1$/);
    assert.equal(tree.service("web").stat(), "run");
  });

  testBothWays("outlives supervise/, and the supervisor", {}, async (t, start) => {
    const tree = start(t, { web: { run: FOREVER, log: { run: "exec cat" } } });
    await begin(tree, "web");
    await grant(tree, `:${DEPLOY}`, "web", "--log");
    const env = { SVDIR: tree.services };
    await runTool(tree.box, ours, "sv", ["remove", "web"], { env });
    for (const path of ["supervise", "log/supervise"]) {
      rmSync(join(tree.box.dir, "made/web", path), { recursive: true, maxRetries: 10 });
    }
    await runTool(tree.box, ours, "sv", ["link", "made/web"], { env });
    await tree.service("web").untilRunning();
    assert.equal(mode(tree, "web/supervise"), `710 0:${DEPLOY}`);
    assert.equal(mode(tree, "web/log/supervise/control"), `620 0:${DEPLOY}`);
    const command = ["-w60", "restart", "web", "web/log"];
    assert.match(await svOf(tree, ALICE, DEPLOY, ...command), /^(ok: run: .*\n){2}0$/);
  });

  test("takes a right away only if asked to", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await begin(tree, "web");
    await grant(tree, `:${DEPLOY}`, "web");
    const kept = `sv: web: control is granted to :${DEPLOY} (--replace takes it away)\n1`;
    assert.equal(await grant(tree, `:${WATCH}`, "web"), kept);
    assert.match(await svOf(tree, ALICE, DEPLOY, "status", "web"), /0$/);
    assert.equal(
      await grant(tree, `:${WATCH}`, "--replace", "web"),
      `ok: web: control :${WATCH}\n0`,
    );
    assert.match(await svOf(tree, ALICE, DEPLOY, "status", "web"), HIDDEN);
    assert.equal(await grant(tree, "--show", "web"), `web: control :${WATCH}\n0`);
    const json = `{"version":1,"name":"web","control":"${WATCH}"}\n0`;
    assert.equal(await grant(tree, "--show", "--json", "web"), json);
    assert.equal(await grant(tree, "--revoke", "web"), "ok: web: nobody but its owner\n0");
    assert.match(await svOf(tree, BOB, WATCH, "status", "web"), HIDDEN);
    assert.equal(mode(tree, "web/supervise"), "700 0:0");
    assert.equal(await grant(tree, "--show", "web"), "web: nobody but its owner\n0");
  });

  test("takes a user for his own group, and no group that others are in", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await begin(tree, "web");
    assert.equal(await grant(tree, "daemon", "web"), "ok: web: control :daemon\n0");
    assert.equal(readFileSync(join(tree.box.dir, "made/web/access"), "utf8"), "control daemon\n");
    const remedy = "(grant it to a group: sv grant :GROUP SERVICE)\n1";
    assert.equal(
      await grant(tree, "nobody", "web"),
      `sv: nobody has no group of his own ${remedy}`,
    );
    assert.equal(
      await grant(tree, "no-one", "web"),
      `sv: no-one is no user in /etc/passwd ${remedy}`,
    );
    assert.equal(await grant(tree, ":no-one", "web"), "sv: no-one is no group in /etc/group\n1");
    assert.equal(
      await grant(tree, ":daemon", "none"),
      "sv: none: unable to open: file does not exist\n1",
    );
  });

  test("names those who share the group of a user", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    const files = {
      passwd: "newbie:x:70001:70001::/:/bin/sh\nthird:x:70003:70001::/:/bin/sh\n",
      group: "newbie:x:70001:newbie,newbie2\n",
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(tree.box.dir, name), text);
    }
    const via = mounted("for file in passwd group; do mount --bind $file /etc/$file; done");
    const command = [...via, tool(ours, "sv"), "grant", "newbie", "web"];
    const env = { SVDIR: tree.services };
    assert.equal(
      (await run(tree.box, command, { env })).stderr,
      "sv: newbie shares his group: third, newbie2 are in it too " +
        "(grant it to a group: sv grant :newbie SERVICE)\n",
    );
  });

  test("follows no link in supervise/", async (t) => {
    const tree = scan(t, {});
    chmodSync(tree.box.dir, 0o755);
    const made = join(tree.box.dir, "made/web");
    mkdirSync(join(made, "supervise"), { recursive: true });
    writeFileSync(join(made, "secret"), "", { mode: 0o600 });
    for (const name of ["control", "ok"]) symlinkSync("../secret", join(made, "supervise", name));
    const refused = "sv: ./made/web: supervise has a control or ok that is not a fifo\n1";
    assert.equal(await grant(tree, `:${DEPLOY}`, "./made/web"), refused);
    assert.equal(mode(tree, "web/secret"), "600 0:0");
    assert.match(mode(tree, "web/supervise"), / 0:0$/);
  });

  test("a wrong file access grants nothing, and keeps no service from its start", async (t) => {
    for (const [text, warning] of [
      ["contrl deploy", '"contrl deploy" is not a grant and a group.'],
      ["control no-one", "no group no-one."],
    ] as const) {
      const tree = scan(t, { web: { run: FOREVER, files: { access: { text, mode: 0o644 } } } });
      await begin(tree, "web");
      assert.ok(tree.stderr.includes(`runsv web: warning: ./access: ${warning}`), tree.stderr);
      assert.equal(mode(tree, "web/supervise"), "700 0:0");
    }
    const files = { access: { text: `control ${DEPLOY}`, mode: 0o666 } };
    const tree = scan(t, { web: { run: FOREVER, files } });
    await begin(tree, "web");
    assert.match(tree.stderr, /\.\/access is ignored: others can write to it/);
    assert.equal(mode(tree, "web/supervise"), "700 0:0");
  });
});
