/** sv why: services that wait for others. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../../support/run.ts";
import { type Scan, scan } from "../../../support/scan.ts";
import { FOREVER, makeService } from "../../../support/service.ts";
import { debian, improved, ours, tool } from "../../../support/suite.ts";
import { DEADLINE_MS } from "../../../support/wait.ts";

const needing = (name: string) => ({ run: FOREVER, files: { [`needs/${name}`]: "" } });

async function why(
  tree: Scan,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { stdout } = await run(tree.box, [tool(ours, "sv"), "why", name], {
    env: { SVDIR: tree.services, ...env },
  });
  return stdout.split("\n");
}

describe("sv why: a service that waits", { concurrency: 4, ...improved("sv-words") }, () => {
  test("sv why follows the whole chain", async (t) => {
    const tree = scan(t, {
      web: needing("db"),
      db: needing("disk"),
      disk: { run: FOREVER, down: true },
    });
    for (const name of ["web", "db", "disk"]) await tree.service(name).untilSupervised();
    const [first, ...lines] = await why(tree, "web");
    assert.equal(
      first,
      "web: waiting: waits for db, and in the end for disk, which is stopped; try: sv why disk",
    );
    const at = lines.findIndex((line) => line.startsWith("  waits for "));
    assert.match(lines[at] ?? "", /^ {2}waits for {3}db: waiting: waits for disk/);
    assert.match(lines[at + 1] ?? "", /^ {14}disk: stopped: \S+\/down keeps it down, /);
  });

  test("sv why names a circle", async (t) => {
    const tree = scan(t, { web: needing("db"), db: needing("web") });
    for (const name of ["web", "db"]) await tree.service(name).untilSupervised();
    const [first, ...lines] = await why(tree, "web");
    assert.equal(
      first,
      "web: waiting: waits for db: they wait for each other in a circle; " +
        `try: rm ${tree.services}/web/needs/db && sv start web`,
    );
    assert.ok(lines.includes("  circle      web -> db -> web"), lines.join("\n"));
  });

  test("sv why names a circle to each service on it, and to one that waits for it", async (t) => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const next = (at: number) => names[(at + 1) % names.length] ?? "";
    const circle = Object.fromEntries(names.map((name, at) => [name, needing(next(at))]));
    const tree = scan(t, { ...circle, web: needing("c") });
    for (const name of [...names, "web"]) await tree.service(name).untilSupervised();
    for (const [at, name] of names.entries()) {
      const [first, ...lines] = await why(tree, name);
      const they = "they wait for each other in a circle";
      assert.equal(
        first,
        `${name}: waiting: waits for ${next(at)}: ${they}; ` +
          `try: rm ${tree.services}/${name}/needs/${next(at)} && sv start ${name}`,
      );
      const way = [...names.slice(at), ...names.slice(0, at), name].join(" -> ");
      assert.ok(lines.includes(`  circle      ${way}`), lines.join("\n"));
    }
    const [first, ...lines] = await why(tree, "web");
    const they = "c, d, e, f, a, b wait for each other in a circle";
    const cut = `rm ${tree.services}/c/needs/d && sv start c`;
    assert.equal(first, `web: waiting: waits for c: ${they}; try: ${cut}`);
    assert.ok(lines.includes("  circle      c -> d -> e -> f -> a -> b -> c"), lines.join("\n"));
  });

  test("sv why names a long circle", async (t) => {
    const names = Array.from({ length: 40 }, (_, at) => `s${at}`);
    const circle = names.map((name, at) => [name, needing(names[(at + 1) % 40] ?? "")]);
    const tree = scan(t, Object.fromEntries(circle));
    for (const name of names) await tree.service(name).untilSupervised();
    const [first, ...lines] = await why(tree, "s0");
    const cut = `rm ${tree.services}/s0/needs/s1 && sv start s0`;
    const answer = `waits for s1: they wait for each other in a circle; try: ${cut}`;
    assert.equal(first, `s0: waiting: ${answer}`);
    assert.ok(lines.includes(`  circle      ${[...names, "s0"].join(" -> ")}`), lines.join("\n"));
  });

  test("sv why names a service that does not exist", async (t) => {
    const tree = scan(t, { web: needing("db") });
    await tree.service("web").untilSupervised();
    const [first] = await why(tree, "web");
    const needs = join(tree.services, "web/needs");
    const absent = "web: waiting: waits for db, which does not exist";
    const remove = `or remove the need (rm ${needs}/db && sv start web)`;
    assert.equal(first, `${absent}: link it (sv link DIR/db), ${remove}; try: ls -l ${needs}/`);
    const source = join(tree.box.dir, "source");
    makeService(join(source, "db"), { run: FOREVER });
    const [known] = await why(tree, "web", { SVSOURCE: source });
    assert.equal(known, `${absent}: link it (sv link db), ${remove}; try: sv link db`);
  });

  test("sv why renames a need that is misspelt", async (t) => {
    const tree = scan(t, { web: needing("rediss"), redis: { run: FOREVER } });
    await tree.service("web").untilSupervised();
    await tree.service("redis").untilRunning();
    const [first = ""] = await why(tree, "web");
    const needs = join(tree.services, "web/needs");
    const command = `mv ${needs}/rediss ${needs}/redis && sv start web`;
    const answer = "waits for rediss, which does not exist: did you mean redis?";
    assert.equal(first, `web: waiting: ${answer}; try: ${command}`);
    const env = { SVDIR: tree.services, PATH: `${ours.bin}:/usr/bin:/bin` };
    assert.equal((await run(tree.box, ["sh", "-c", command], { env })).code, 0);
    await tree.service("web").untilRunning();
  });

  test("sv why shows under runit no files that its runsv ignores", async (t) => {
    if (debian.missing !== undefined) return t.skip(debian.missing);
    const files = { "needs/redis": "", "max-death-tally": "3", "timeout-kill": "9" };
    const tree = scan(
      t,
      { web: { run: FOREVER, files }, db: { run: FOREVER, down: true, files } },
      { suite: debian },
    );
    await tree.service("web").untilRunning();
    await tree.service("db").untilSupervised();
    for (const name of ["web", "db"]) {
      const text = (await why(tree, name)).join("\n");
      assert.match(text, /^(web: running|db: stopped): /);
      assert.doesNotMatch(text, /limits|waits|redis|needs/);
    }
  });

  const within = { timeout: DEADLINE_MS };
  test("sv why of a service whose supervisor goes by a removed entry", within, async (t) => {
    const tree = scan(t, { web: needing("db") });
    const web = await tree.service("web").untilSupervised();
    await web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
    rmSync(join(tree.box.dir, "made/web/needs/db"));
    // A start may take its time: at first there is no answer.
    let first = "";
    while (!first.includes("removed")) [first = ""] = await why(tree, "web");
    assert.match(
      first,
      /^web: resting: not started: .* needs\/ .* was removed, and reads .*; try: sv start /,
    );
    const listed = await run(tree.box, [tool(ours, "sv"), "list"], {
      env: { SVDIR: tree.services },
    });
    assert.match(listed.stdout, / resting .* not started\n/);
    assert.equal((await run(tree.box, [tool(ours, "sv"), "-w60", "start", web.dir])).code, 0);
  });
});
