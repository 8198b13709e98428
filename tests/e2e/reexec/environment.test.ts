/** A tool believes no handover in its environment that it did not write itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UPGRADE } from "../../support/installation.ts";
import { cmdline, environ, statusLines } from "../../support/procfs.ts";
import type { Running } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { supervise } from "../../support/supervise.ts";

test(
  "an entry in the environment that was left to another process is of no account",
  UPGRADE,
  async (t) => {
    const env = { RUNITS_HANDOVER: "pid=1 mask=15 home=0 pipes= kept=0,1,2" };
    const service = supervise(t, { run: FOREVER }, { env });
    const { pid } = await service.untilRunning();
    await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
    assert.ok(!environ(pid).some((entry) => entry.startsWith("RUNITS_HANDOVER=")));
    assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
    const { runsv }: { readonly runsv: Running } = service;
    runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
  },
);

describe("what a process finds in the environment as left to itself", {
  concurrency: 4,
  ...UPGRADE,
}, () => {
  // Descriptor 3 is a file, 4 and 5 are a directory, 6 is a terminal or nothing.
  const HOSTILE = [
    "mask=15 home=0 kept=1,2",
    "mask=15,999999 pipes= kept=",
    "mask=15 home=3",
    "mask=15 home=77",
    "mask=15 home=4 kept=3",
    "mask=15 home=4 pipes=4,5",
    "mask=15 kept=4,4",
    "mask=15 kept=2147483648",
    "mask=15 kept=99999999999999999999",
    "mask=15 pipes=3",
    "mask=15 text=4,5",
    "mask=15 text=3,3 pipes=-1,-2",
    "mask=15 home=NaN",
    `mask=15 home=${"9".repeat(4_000)}`,
    "mask=15 pid=1 kept=\\377",
  ];
  const via = (value: string) => {
    const open = "exec 3</dev/null 4<. 5<.";
    return ["sh", "-c", `${open}; RUNITS_HANDOVER="pid=$$ ${value}" exec "$@"`, "sh"];
  };
  for (const value of HOSTILE) {
    test(`runsv takes nothing over by ${value.slice(0, 40)}`, async (t) => {
      const service = supervise(t, { run: FOREVER }, { via: via(value) });
      const { pid } = await service.untilRunning();
      await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
      assert.ok(!environ(pid).some((entry) => entry.startsWith("RUNITS_HANDOVER=")));
      assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      assert.equal(service.stderr, "");
    });

    test(`runsvdir --dense takes nothing over by ${value.slice(0, 40)}`, async (t) => {
      const log = `log: ${".".repeat(20)}`;
      const tree = scan(t, { web: { run: FOREVER } }, { via: via(value), args: ["--dense"], log });
      const { pid } = await tree.service("web").untilRunning();
      await tree.service("web").untilTrue("exec", () => cmdline(pid)[0] === "sleep");
      assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
      tree.runsvdir.signal("SIGTERM");
      assert.equal((await tree.runsvdir.exit()).code, 0);
    });
  }
});
