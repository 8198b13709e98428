/** chpst --limit: soft and hard limits of the program. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  asRoot,
  box,
  CHPST,
  chpst,
  NOBODY,
  onLinux,
  ourOwn,
  printed,
} from "../../support/chpst.ts";
import { run } from "../../support/run.ts";

const limitsOf = (...letters: readonly string[]) => [
  "sh",
  "-c",
  letters.map((letter) => `echo $(ulimit -S${letter}) $(ulimit -H${letter})`).join("; "),
];

/** Whether we may raise limits: in a container, root often may not. */
function mayRaise(): boolean {
  const SYS_RESOURCE = 24n;
  const [, set = "0"] = /^CapEff:\t(.*)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return ((BigInt(`0x${set}`) >> SYS_RESOURCE) & 1n) === 1n;
}

const asRaiser = { skip: onLinux.skip || (mayRaise() ? false : "may not raise limits") };
const LOWER = ["sh", "-c", 'ulimit -n 50; exec "$@"', "sh"];

test("--limit sets the soft limit, the hard one, or both", ourOwn, async (t) => {
  const at = box(t);
  const show = limitsOf("n", "c");
  const hard = (await printed(at, limitsOf("n"))).split(" ")[1]?.trim();
  for (const [options, expected] of [
    [["--limit", "nofile=10:20"], "10 20"],
    [["--limit", "nofile=15"], "15 15"],
    [["--limit", "nofile=10:"], `10 ${hard}`],
    [["--limit", "nofile=:12", "-o", "11"], "11 12"],
    [["--limit=nofile=:12", "-o", "50"], "12 12"],
  ] as const) {
    assert.equal((await printed(at, [...options, ...show])).split("\n")[0], expected);
  }
  const [, core] = (await printed(at, ["--limit", "core=0", ...show])).split("\n");
  assert.equal(core, "0 0");
});

test("--limit raises no hard limit without the privilege", asRoot, async (t) => {
  const words = [...LOWER, CHPST, "--limit", "nofile=60", "true"];
  const refused = await run(box(t), words, { uid: NOBODY });
  assert.equal(refused.stderr, "chpst: fatal: unable to setrlimit(): permission denied\n");
});

test("--limit raises hard limits before privileges are given up", asRaiser, async (t) => {
  const words = [...LOWER, CHPST, "-u", "nobody", "--limit", "nofile=60", ...limitsOf("n")];
  assert.equal((await run(box(t), words)).stdout, "60 60\n");
});

test("amounts of bytes may have a unit", ourOwn, async (t) => {
  const at = box(t);
  const show = ["grep", "Max core file size", "/proc/self/limits"];
  const amounts = ["4k", "4K", "1m", "2g", "1t", "unlimited"];
  const seen: string[] = [];
  for (const amount of amounts) {
    const line = await printed(at, ["-c", amount, ...show]);
    seen.push(line.trim().split(/ {2,}/)[1] ?? "");
  }
  assert.deepEqual(seen, ["4096", "4096", "1048576", "2147483648", "1099511627776", "unlimited"]);
});

test("chpst -v reports a limit that the hard limit does not allow", ourOwn, async (t) => {
  const at = box(t);
  const told = await run(at, [...LOWER, CHPST, "-v", "-o", "60", ...limitsOf("n")]);
  const text = "chpst: warning: RLIMIT_NOFILE: 60 is above the hard limit, 50 is set\n";
  assert.deepEqual([told.stdout, told.stderr], ["50 50\n", text]);
});

test("limits too low for chpst itself do not keep it from the exec", async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  for (let index = 0; index < 100; index += 1) {
    writeFileSync(join(at.dir, "env", `V${index}`), "x".repeat(1_000));
  }
  const path = {
    env: { PATH: Array.from({ length: 50 }, (_, index) => `/none/${index}`).join(":") },
  };
  for (const limit of [
    ["-m", "0"],
    ["-d", "0", "-o", "0"],
    ["-m", "100000"],
  ]) {
    const { code, stderr } = await chpst(at, [...limit, "-e", "env", "nosuch"], path);
    assert.deepEqual(
      [code, stderr],
      [111, "chpst: fatal: unable to run: nosuch: file does not exist\n"],
    );
  }
});
