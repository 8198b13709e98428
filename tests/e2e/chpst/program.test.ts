/** chpst leaves everything about the program as it was, unless an option changes it. */
import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { box, CHPST, chpst, ourOwn } from "../../support/chpst.ts";
import { run } from "../../support/run.ts";
import { ours } from "../../support/suite.ts";

/**
 * Prints how it was started, as far as a program can find out; but no pids, nor values that change
 * by themselves.
 */
const STATE = [
  "sh",
  "-c",
  [
    "grep -E '^(Umask|Uid|Gid|Groups|Sig[^Q]|ShdPnd|Cap|NoNew|Seccomp:|Cpus_allowed:)' /proc/self/status",
    "cat /proc/$$/limits /proc/$$/oom_score_adj /proc/$$/timerslack_ns",
    "sort -z /proc/$$/environ | tr '\\0' '\\n'",
    "for f in /proc/$$/fd/* /proc/$$/cwd /proc/$$/root; do readlink $f; done | grep -vE '^(pipe|socket):'",
    "cut -d' ' -f 18,19,40,41 /proc/$$/stat",
  ].join("; "),
];

test("the program finds all as it would without chpst", async (t) => {
  const at = box(t);
  const env = { GREETING: "hello  world", EMPTY: "" };
  const starts = [
    [],
    ["sh", "-c", "trap '' HUP PIPE; umask 027; ulimit -c 0; ulimit -Sn 99; exec \"$@\"", "sh"],
    ["sh", "-c", 'exec 7</dev/null; exec nice -n 3 "$@"', "sh"],
  ];
  for (const via of starts) {
    const alone = await run(at, [...via, ...STATE], { env });
    const changed = await run(at, [...via, CHPST, "-v", ...STATE], { env });
    assert.equal(changed.stdout, alone.stdout);
    assert.equal(changed.stderr, "");
  }
});

test("the exit code is the program's", async (t) => {
  for (const code of [0, 1, 100, 111, 255]) {
    assert.equal((await chpst(box(t), ["sh", "-c", `exit ${code}`])).code, code);
  }
});

test("answers to each of its names", ourOwn, async (t) => {
  const at = box(t);
  for (const name of ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"]) {
    const { code, stderr } = await run(at, [join(ours.bin, name)]);
    assert.equal(code, 100);
    assert.match(stderr, new RegExp(`^(setlock: )?usage: ${name} `));
    assert.equal(readlinkSync(join(ours.bin, name)), "chpst");
  }
});
