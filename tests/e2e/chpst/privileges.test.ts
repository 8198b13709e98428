/** chpst --no-new-privs, --cap-drop, --cap-keep, --oom-score and --io-priority. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  box,
  chpst,
  failed,
  makeRoot,
  NOBODY,
  onLinux,
  printed,
  status,
} from "../../support/chpst.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { ours } from "../../support/suite.ts";

/** The bounding set that the program sees, by number. */
async function bounding(at: Sandbox, words: readonly string[]): Promise<number[]> {
  return numbersIn(await printed(at, [...words, ...status("CapBnd")]));
}

/** The capabilities in a line of /proc/PID/status. */
function numbersIn(line: string): number[] {
  const set = BigInt(`0x${line.split("\t")[1]?.trim()}`);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (set >> BigInt(bit)) & 1n);
}

test("--no-new-privs is seen by the program, and is not there without it", onLinux, async (t) => {
  const at = box(t);
  const show = status("NoNewPrivs");
  assert.equal(await printed(at, ["--no-new-privs", "-u", "nobody", ...show]), "NoNewPrivs:\t1\n");
  assert.equal(await printed(at, ["-u", "nobody", ...show]), "NoNewPrivs:\t0\n");
});

test(
  "--cap-drop takes capabilities out of the bounding set, --cap-keep all others",
  onLinux,
  async (t) => {
    const at = box(t);
    const all = await bounding(at, []);
    const [NET_RAW, KILL, SETPCAP] = [13, 5, 8];
    const without = all.filter((one) => one !== NET_RAW && one !== SETPCAP);
    assert.deepEqual(await bounding(at, ["--cap-drop", "net_raw,CAP_SETPCAP"]), without);
    assert.deepEqual(await bounding(at, ["--cap-drop", "net_raw", "--cap-drop=8"]), without);
    assert.deepEqual(await bounding(at, ["--cap-drop", "all"]), []);
    assert.deepEqual(await bounding(at, ["--cap-drop", "all", "-u", "nobody"]), []);
    assert.deepEqual(
      await bounding(at, ["--cap-keep", "kill,net_raw"]),
      [KILL, NET_RAW].filter((one) => all.includes(one)),
    );
    const nobody = await chpst(at, ["--cap-drop", "kill", "true"], { uid: NOBODY });
    assert.deepEqual(
      nobody,
      failed("chpst: fatal: unable to drop capability kill: permission denied\n"),
    );
    const unknown = await chpst(at, ["--cap-drop", "63", "true"]);
    assert.deepEqual(unknown, failed("chpst: fatal: system does not support capability 63\n"));
  },
);

test("what --cap-drop and --cap-keep drop is not inherited either", onLinux, async (t) => {
  const at = box(t);
  const given = ["+net_raw,+kill,+checkpoint_restore", "+net_raw,+kill"] as const;
  const setpriv = ["setpriv", "--inh-caps", given[0], "--ambient-caps", given[1]];
  const left = async (set: string, words: readonly string[]) => {
    const command = [...setpriv, join(ours.bin, "chpst"), ...words, ...status(set)];
    return numbersIn(await printed(at, command));
  };
  const [NET_RAW, KILL] = [13, 5];
  assert.deepEqual(await left("CapAmb", []), [KILL, NET_RAW], "the sets are as given");
  for (const set of ["CapInh", "CapAmb", "CapEff", "CapPrm"]) {
    assert.deepEqual(await left(set, ["--cap-drop", "all"]), [], set);
    assert.deepEqual(await left(set, ["--cap-keep", "kill"]), [KILL], set);
    assert.ok(!(await left(set, ["--cap-drop", "net_raw"])).includes(NET_RAW), set);
  }
});

test("--oom-score sets the score, also where the new root has no /proc", onLinux, async (t) => {
  const at = box(t);
  const show = ["cat", "/proc/self/oom_score_adj"];
  assert.equal(await printed(at, ["--oom-score", "500", "-u", "nobody", ...show]), "500\n");
  assert.equal(await printed(at, ["--oom-score", "+7", ...show]), "7\n");
  const root = await makeRoot(at, "/bin/true");
  assert.equal(await printed(at, ["--oom-score", "7", "-/", root, "/bin/true"]), "");
  const nobody = await chpst(at, ["--oom-score", "-7", "true"], { uid: NOBODY });
  assert.deepEqual(nobody, failed("chpst: fatal: unable to set oom score: access denied\n"));
});

test("--io-priority sets class and level", onLinux, async (t) => {
  const at = box(t);
  for (const [priority, shown] of [
    ["idle", "idle"],
    ["best-effort:7", "best-effort: prio 7"],
    ["best-effort", "best-effort: prio 4"],
    ["realtime:0", "realtime: prio 0"],
  ] as const) {
    assert.equal(
      await printed(at, ["--io-priority", priority, "-u", "nobody", "ionice"]),
      `${shown}\n`,
    );
  }
  const nobody = await chpst(at, ["--io-priority", "realtime", "true"], { uid: NOBODY });
  assert.deepEqual(nobody, failed("chpst: fatal: unable to set io priority: permission denied\n"));
});
