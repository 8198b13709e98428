/** sv metrics: what Prometheus's own tool accepts, and counters that do not fall. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { sv, up } from "../../support/sv.ts";
import { DEADLINE_MS } from "../../support/wait.ts";

/** Promtool is killed if it hangs. */
const LIMIT = { timeout: DEADLINE_MS, killSignal: "SIGKILL" } as const;
const hasPromtool = spawnSync("promtool", ["--version"], LIMIT).status === 0;

const LOOKS_MIN = 40;
/** `npm run counters` looks for a minute. */
const LOOKING_MS = Number(process.env.LOOKING_MS ?? 0);

/** The value of a metric of the service. */
function sample(text: string, metric: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`runits_service_${metric}{`));
  return Number(line?.split(" ").at(-1));
}

/** All counters of all services, by their names with labels. */
function counters(text: string): (readonly [name: string, value: number])[] {
  return [...text.matchAll(/^(\S+_total\{.*\}) (\S+)$/gm)].map(
    ([, name = "", value]) => [name, Number(value)] as const,
  );
}

function haveRisen(last: ReadonlyMap<string, number>): boolean {
  return last.size >= 3 && [...last].filter(([, value]) => value > 0).length >= 2;
}

describe("sv metrics", improved("sv-words"), () => {
  test("promtool accepts it", { skip: !hasPromtool && "no promtool" }, async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: "exec cat >/dev/null" } });
    const { code, stdout } = await sv(service, ["metrics", "service", "none"]);
    assert.equal(code, 1);
    assert.match(stdout, /^runits_services_unreadable 1$/m);
    assert.equal(sample(stdout, "up"), 1);
    assert.ok(sample(stdout, "resident_memory_bytes") > 100_000);
    const options = { ...LIMIT, input: stdout };
    assert.equal(execFileSync("promtool", ["check", "metrics"], options).toString(), "");
  });

  test("no counter falls while the service forks and reaps, and others crash", async (t) => {
    const loop =
      "while :; do (i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done); (: & :) & wait; done";
    const service = await up(t, { run: loop });
    const crashing = join(service.box.dir, "crashing");
    makeService(crashing, { run: "exit 1", files: { "restart-delay-max": "100" } });
    service.box.start([tool(ours, "runsv"), "crashing"]);
    const last = new Map<string, number>();
    const endMs = Date.now() + LOOKING_MS;
    for (let look = 0; look < LOOKS_MIN || Date.now() < endMs || !haveRisen(last); look += 1) {
      const { stdout } = await sv(service, ["metrics", "service", "crashing"]);
      for (const [name, now] of counters(stdout)) {
        const before = last.get(name) ?? 0;
        // The processor time is that of one process.
        if (name.includes("cpu") && name.includes("crashing")) continue;
        assert.ok(now >= before, `${name} is ${now} after ${before}`);
        last.set(name, now);
      }
    }
  });

  test("--output replaces a file in one step, and leaves nothing beside it", async (t) => {
    const service = await up(t, { run: FOREVER });
    const file = join(service.box.dir, "sv.prom");
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout } = await sv(service, ["metrics", "service", "--output", file]);
      assert.deepEqual([code, stdout], [0, ""]);
    }
    assert.equal(statSync(file).mode & 0o777, 0o644);
    assert.equal(sample(readFileSync(file, "latin1"), "up"), 1);
    assert.ok(!readdirSync(service.box.dir).includes("sv.prom.new"));
    const missing = join(service.box.dir, "missing/sv.prom");
    const { code, stderr } = await sv(service, ["metrics", "service", `--output=${missing}`]);
    assert.equal(stderr, `sv: unable to write ${missing}: file does not exist\n`);
    assert.equal(code, 1);
    assert.ok(!existsSync(missing));
  });
});
