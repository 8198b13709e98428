/** sv link: with the supervisors of both suites. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run as runCommand, runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";

async function link(tree: Scan, ...words: readonly string[]): Promise<string> {
  return linkAs(tree, words);
}

async function linkAs(tree: Scan, words: readonly string[], uid?: number): Promise<string> {
  const { dir } = tree.box;
  const env = { SVDIR: tree.services, SVSOURCE: `${dir}/nothing:${dir}/sources` };
  const options = uid === undefined ? { env } : { env, uid };
  const { code, stdout, stderr } = await runTool(tree.box, ours, "sv", ["link", ...words], options);
  return `${stdout}${stderr}${code}`.replaceAll(dir, "DIR");
}

function makeSource(tree: Scan, name: string, description = { run: FOREVER }): string {
  const path = join(tree.box.dir, "sources", name);
  makeService(path, description);
  return path;
}

describe("sv link", improved("sv-words"), () => {
  testBothWays("links a directory, and waits for its supervisor", {}, async (t, start) => {
    const tree = start(t, {});
    const path = makeSource(tree, "web");
    assert.equal(await link(tree, "web"), "ok: web: linked\n0");
    assert.equal(tree.service("web").isSupervised(), true);
    assert.equal(readlinkSync(join(tree.services, "web")), path);
    assert.equal(await link(tree, "web"), "ok: web: already linked\n0");
    assert.equal(await link(tree, path), "ok: web: already linked\n0");
    assert.equal(await link(tree, "./sources/../sources/web/"), "ok: web: already linked\n0");
  });

  test("works with runit's supervisor too", { skip: debian.missing ?? false }, async (t) => {
    const tree = scan(t, {}, { suite: debian });
    makeSource(tree, "web");
    assert.equal(await link(tree, "web"), "ok: web: linked\n0");
    assert.equal(tree.service("web").isSupervised(), true);
  });

  test("--as names the link, and --down makes a file down", async (t) => {
    const tree = scan(t, {});
    const path = makeSource(tree, "web");
    const words = ["./sources/web", "--as", "my web", "--down"];
    assert.equal(await link(tree, ...words), "ok: 'my web': linked, normally down\n0");
    assert.equal(readlinkSync(join(tree.services, "my web")), path);
    assert.equal(tree.service("my web").stat(), "down");
    const again = "ok: 'my web': already linked, normally down\n0";
    assert.equal(await link(tree, ...words), again);
  });

  test("takes names of any bytes", async (t) => {
    const tree = scan(t, {});
    const script = [
      "cd sources; name=$(printf 'a\\n\\033b\\377'); mkdir \"$name\"",
      'printf "#!/bin/sh\\nexec sleep 1000\\n" >"$name/run"; chmod +x "$name/run"',
      'exec "$0" link "$name"',
    ].join("\n");
    mkdirSync(join(tree.box.dir, "sources"));
    const env = { SVDIR: tree.services, SVSOURCE: join(tree.box.dir, "sources") };
    const { stdout, code } = await runCommand(tree.box, ["sh", "-c", script, tool(ours, "sv")], {
      env,
    });
    assert.deepEqual([stdout, code], ["ok: $'a\\n\\eb\\xff': linked\n", 0]);
  });

  test("replaces nothing, and shows what has the name", async (t) => {
    const tree = scan(t, { db: { run: FOREVER } });
    makeSource(tree, "db");
    makeSource(tree, "dir");
    makeSource(tree, "gone");
    mkdirSync(join(tree.services, "dir"));
    symlinkSync("nowhere", join(tree.services, "gone"));
    const fail = "fail: db: DIR/services/db is a link to ../made/db\n1";
    assert.equal(await link(tree, "db"), fail);
    const isThere = "fail: dir: DIR/services/dir exists, and is not a link\n1";
    assert.equal(await link(tree, "dir"), isThere);
    const dangles = "fail: gone: DIR/services/gone is a link to nowhere\n1";
    assert.equal(await link(tree, "gone"), dangles);
  });

  test("refuses what cannot be a service, and goes on with the others", async (t) => {
    const tree = scan(t, {});
    makeSource(tree, "web");
    mkdirSync(join(tree.box.dir, "sources/empty"));
    assert.equal(
      await link(tree, "empty", "nothing", "./none", "web"),
      "fail: empty: DIR/sources/empty has no run: file does not exist\n" +
        "fail: nothing: no such directory in DIR/nothing:DIR/sources " +
        "(SVSOURCE names others; or use a path, as ./name)\n" +
        "fail: ./none: unable to open none: file does not exist\n" +
        "ok: web: linked\n3",
    );
    const path = join(tree.box.dir, "sources/empty");
    const noRun = "has no run: file does not exist";
    assert.equal(await link(tree, path), `fail: DIR/sources/empty: ${noRun}\n1`);
    const dot = "the name of a service does not begin with a dot, and has no slash\n1";
    assert.equal(await link(tree, "web", "--as", ".web"), `fail: .web: ${dot}`);
    assert.equal(await link(tree, "web", "--as", "a/b"), `fail: a/b: ${dot}`);
    assert.equal(existsSync(join(tree.services, "a")), false);
  });

  test("refuses a directory that has a supervisor under another name", async (t) => {
    const tree = scan(t, {});
    makeSource(tree, "web");
    makeSource(tree, "alone");
    await link(tree, "web");
    const linked = "fail: other: DIR/sources/web is linked already, as web\n1";
    assert.equal(await link(tree, "web", "--as", "other"), linked);
    const runsv = tree.box.start([tool(ours, "runsv"), "sources/alone"]);
    const alone = new ServiceDirectory(join(tree.box.dir, "sources/alone"), () => runsv.stderr());
    await alone.untilSupervised();
    const supervised = `fail: alone: DIR/sources/alone is supervised already, by process ${runsv.pid}\n1`;
    assert.equal(await link(tree, "alone"), supervised);
  });

  test("reports that no supervisor comes", async (t) => {
    const tree = scan(t, {});
    makeSource(tree, "web");
    tree.runsvdir.signal("SIGSTOP");
    const late = "timeout: web: linked, but it has no supervisor (sv why DIR/services/web)\n1";
    assert.equal(await link(tree, "web", "-w", "0.1"), late);
    tree.runsvdir.signal("SIGCONT");
    assert.equal(await link(tree, "web"), "ok: web: already linked\n0");
    makeSource(tree, "db");
    tree.runsvdir.signal("SIGKILL");
    await tree.runsvdir.exit();
    const alone =
      "timeout: db: linked, but it has no supervisor (is runsvdir at work on DIR/services?)\n1";
    assert.equal(await link(tree, "db", "-w", "0.1"), alone);
  });

  test("prints an object for each service with --json", async (t) => {
    const tree = scan(t, {});
    makeSource(tree, "web");
    assert.equal(
      await link(tree, "web", "--json"),
      '{"version":1,"name":"web","outcome":"ok","message":"linked"}\n0',
    );
  });

  test("is refused to a user without rights", both(improved("sv-words"), asRoot), async (t) => {
    const tree = scan(t, {});
    makeSource(tree, "web");
    await runCommand(tree.box, ["chmod", "755", "."]);
    const refused =
      "fail: web: unable to make the link DIR/services/web: access denied " +
      "(this user may not write to DIR/services: run as root)\n1";
    assert.equal(await linkAs(tree, ["web"], 65_534), refused);
    const noDown = "fail: web: unable to create DIR/sources/web/down: access denied\n1";
    assert.equal(await linkAs(tree, ["web", "--down"], 65_534), noDown);
  });

  test("wants a directory, and one name for one directory", async (t) => {
    const box = sandbox(t);
    for (const words of [[], ["a", "b", "--as", "c"], ["a", "-w", "soon"]]) {
      const { code, stderr } = await runTool(box, ours, "sv", ["link", ...words]);
      assert.equal(code, 100);
      assert.match(stderr, /^(sv link: .*\n)?usage: sv link /);
    }
    writeFileSync(join(box.dir, "file"), "");
    const env = { SVDIR: join(box.dir, "file") };
    const { code, stderr } = await runTool(box, ours, "sv", ["link", "a"], { env });
    assert.equal(code, 100);
    assert.match(
      stderr,
      /^sv: fatal: unable to open .*\/file: not a directory \(set SVDIR .*\)\n$/,
    );
  });
});
