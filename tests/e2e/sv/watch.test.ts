/** sv watch: with the supervisors of both suites. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { showsCalls, waitsForEver } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { type Running, sandbox } from "../../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";
import { assertStream } from "../../support/sv-json.ts";
import { eventually } from "../../support/wait.ts";

function watch(tree: Scan, ...words: readonly string[]): Running {
  return tree.box.start([tool(ours, "sv"), "watch", ...words], { env: { SVDIR: tree.services } });
}

function sv(tree: Scan, ...words: readonly string[]) {
  return runTool(tree.box, ours, "sv", words, { env: { SVDIR: tree.services } });
}

/** The states that it has printed of each service, such as `web running`. */
function states(watching: Running): string[] {
  const lines = watching.stdout().split("\n").slice(0, -1);
  return lines.map((line) => line.slice(21).split(/ +/).slice(0, 2).join(" "));
}

async function untilPrinted(watching: Running, state: string, from = 0): Promise<void> {
  await eventually(
    state,
    () => states(watching).indexOf(state, from) >= 0 || undefined,
    () => watching.stdout() + watching.stderr(),
  );
}

/** Until it has printed `count` states, and waits without a limit. */
async function untilAsleep(watching: Running, count: number): Promise<void> {
  await eventually(
    "sleep without a limit",
    () => (states(watching).length >= count && waitsForEver(watching.pid)) || undefined,
    () => watching.stdout(),
  );
}

const hasScript = spawnSync("script", ["--version"]).status === 0;

describe("sv watch", improved("sv-words"), () => {
  testBothWays("prints the present state, then each change", {}, async (t, start) => {
    const tree = start(t, { web: { run: FOREVER }, db: { run: FOREVER, down: true } });
    await tree.service("web").untilRunning();
    await tree.service("db").untilSupervised();
    const watching = watch(tree);
    await untilPrinted(watching, "web running");
    assert.deepEqual(states(watching), ["db stopped", "web running"]);
    await sv(tree, "up", "db");
    await untilPrinted(watching, "db running");
    await sv(tree, "stop", "web");
    await untilPrinted(watching, "web stopped");
    tree.add("new", { run: FOREVER });
    await untilPrinted(watching, "new running");
    tree.remove("new");
    await untilPrinted(watching, "new removed");
    assert.equal(watching.stderr(), "");
  });

  for (const words of [[], ["w*"]]) {
    test(`reports that there is no service yet, and waits: watch ${words}`, async (t) => {
      const tree = scan(t, {});
      const watching = watch(tree, ...words);
      await untilAsleep(watching, 0);
      const text = words.length === 0 ? `services in ${tree.services}` : "service matches 'w*'";
      assert.equal(watching.stderr(), `sv: no ${text}\n`);
      tree.add("web", { run: FOREVER });
      await untilPrinted(watching, "web running");
    });
  }

  test("works with runit's supervisor, and notices its end", {
    skip: debian.missing ?? false,
  }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, { suite: debian });
    await tree.service("web").untilRunning();
    const watching = watch(tree, "web");
    await untilPrinted(watching, "web running");
    await sv(tree, "stop", "web");
    await untilPrinted(watching, "web stopped");
    tree.runsvdir.signal("SIGSTOP"); // it starts no other supervisor
    await tree.box.start(["sh", "-c", `kill -9 ${await tree.untilRunsv("web")}`]).exit();
    await untilPrinted(watching, "web unsupervised");
    tree.runsvdir.signal("SIGCONT");
    await untilPrinted(watching, "web running", 3);
  });

  test("counts starts that it did not see, and invents none", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    const watching = watch(tree, "--json", "web");
    const objects = () =>
      watching
        .stdout()
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    await eventually(
      "object",
      () => objects()[0],
      () => watching.stderr(),
    );
    watching.signal("SIGSTOP");
    for (let round = 0; round < 3; round += 1) await sv(tree, "restart", "web");
    watching.signal("SIGCONT");
    await eventually(
      "all starts",
      () => objects().find(({ restarts }) => restarts === 3),
      () => watching.stdout(),
    );
    assertStream("change", watching.stdout());
    const [first, ...others] = objects();
    assert.equal(first.starts, undefined);
    assert.equal(
      others.reduce((sum, { starts }) => sum + starts, 0),
      3,
    );
    assert.ok(others.length <= 3);
  });

  test("runs a command when a service has failed, and when it has recovered", async (t) => {
    const crashing = "exit 3";
    const files = { "max-death-tally": "1" };
    const tree = scan(t, { web: { run: crashing, files } });
    const log = join(tree.box.dir, "alerts");
    const command = `echo "$SV_EVENT $SV_SERVICE $SV_STATE: $SV_INFO" >>'${log}'; echo not here`;
    const watching = watch(tree, "--exec", command, "--settle", "1s");
    const alerts = (count: number) =>
      eventually(
        `${count} alerts`,
        () => {
          const lines = read(log).split("\n").slice(0, -1);
          return lines.length >= count ? lines : undefined;
        },
        () => read(log) + watching.stdout() + watching.stderr(),
      );
    const [failed = ""] = await alerts(1);
    assert.match(failed, /^failed web failed: exit 3/);
    const script = `#!/bin/sh\n${FOREVER}\n`;
    await tree.box
      .start(["sh", "-c", `printf '${script.replaceAll("\n", "\\n")}' >made/web/run`])
      .exit();
    await sv(tree, "up", "web");
    const [, recovered = ""] = await alerts(2);
    assert.match(recovered, /^recovered web running: /);
    assert.doesNotMatch(watching.stdout(), /not here/);
  });

  test("sleeps until a service that does not exist is linked, also after it was removed", {
    skip: !showsCalls && "no syscall",
  }, async (t) => {
    const tree = scan(t, {});
    const watching = watch(tree, "web");
    await untilAsleep(watching, 1);
    assert.deepEqual(states(watching), ["web unreadable"]);
    tree.add("web", { run: FOREVER });
    await untilPrinted(watching, "web running");
    tree.remove("web");
    await untilPrinted(watching, "web unreadable", 2);
    const count = states(watching).length;
    await untilAsleep(watching, count);
    tree.add("web", { run: FOREVER });
    await untilPrinted(watching, "web running", count);
  });

  test("sleeps again once the directory of services has come back", {
    skip: !showsCalls && "no syscall",
  }, async (t) => {
    const box = sandbox(t);
    const [home, other] = [join(box.dir, "services"), join(box.dir, "other")];
    makeService(join(home, "web"), { run: FOREVER });
    const watching = box.start([tool(ours, "sv"), "watch"], { env: { SVDIR: home } });
    await untilAsleep(watching, 1);
    renameSync(home, other);
    await untilPrinted(watching, "web removed");
    renameSync(other, home);
    await untilPrinted(watching, "web unsupervised", 1);
    await untilAsleep(watching, 3);
    makeService(join(home, "db"), { run: FOREVER });
    await untilPrinted(watching, "db unsupervised");
    const warning = `sv: warning: unable to open ${home}: file does not exist (set SVDIR `;
    assert.deepEqual(watching.stderr().split(warning).length, 2, watching.stderr());
  });

  test("costs nothing while nothing happens", { skip: !showsCalls && "no syscall" }, async (t) => {
    const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const services = Object.fromEntries(names.map((name) => [name, { run: FOREVER }]));
    const tree = scan(t, services);
    for (const name of names) await tree.service(name).untilRunning();
    const watching = watch(tree);
    await untilAsleep(watching, 50);
  });

  test("is cut to the width of a terminal", { skip: !hasScript && "no script" }, async (t) => {
    const long = `a-${"long-".repeat(20)}name`;
    const needs = `needs/${"other-".repeat(20)}service`;
    const tree = scan(t, { [long]: { run: FOREVER, files: { [needs]: "" } } });
    await tree.service(long).untilSupervised();
    const command = ["script", "-qec", `'${tool(ours, "sv")}' watch`, "/dev/null"];
    const env = { SVDIR: tree.services, COLUMNS: "70", NO_COLOR: "1" };
    const watching = tree.box.start(command, { env });
    const [line = ""] = await eventually(
      "line",
      () => watching.stdout().match(/^.*waiting.*(?=\r\n)/m) ?? undefined,
      () => watching.stdout() + watching.stderr(),
    );
    assert.match(line, /^\d\d-\d\d \d\d:\d\d:\d\d {2}a-long-lo\.\.long-name {2}waiting .*\.\.$/);
    assert.equal(line.length, 70);
  });

  test("ends by INT and TERM, and silently if its reader goes", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const watching = watch(tree);
      await untilPrinted(watching, "web running");
      watching.signal(signal);
      assert.deepEqual(await watching.exit(), { code: null, signal });
    }
    const script = `{ '${tool(ours, "sv")}' watch; echo "ended $?" >&2; } | head -n 1`;
    const piped = tree.box.start(["sh", "-c", script], { env: { SVDIR: tree.services } });
    assert.equal((await piped.exit()).code, 0);
    assert.equal(piped.stderr(), "ended 0\n");
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
