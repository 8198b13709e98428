/** Programs from Debian report readiness, unchanged: systemd-notify, python3-systemd, s6-log. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { CHPST, makeRoot } from "../../support/chpst.ts";
import { untilReady } from "../../support/readiness.ts";
import { sandbox } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { type Description, FOREVER } from "../../support/service.ts";
import { asRoot, both, withPrograms } from "../../support/skip.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";

const NOTIFY = `systemd-notify --ready --status=up && ${FOREVER}`;
/** Debian's Python; another one in PATH does not have its modules. */
const PYTHON = "/usr/bin/python3";
const PYTHON_SYSTEMD = "/usr/lib/python3/dist-packages/systemd";

const notify = withPrograms("systemd-notify");
const python = { skip: !existsSync(PYTHON_SYSTEMD) && "lacks python3-systemd" };

async function untilUp(service: Supervised): Promise<void> {
  await untilReady(service);
  await service.untilTrue("text", () => service.lines("supervise/ready")[1] === "up");
}

const reporting = (run: string, senders = ""): Description => ({
  run,
  files: { "notify-socket": senders },
});

describe("programs report readiness", { concurrency: 4, ...improved("readiness") }, () => {
  test("systemd-notify, for the shell that root runs", both(notify, asRoot), async (t) => {
    await untilUp(supervise(t, reporting(NOTIFY)));
  });

  test("systemd-notify, as another user", both(notify, asRoot), async (t) => {
    await untilUp(supervise(t, reporting(`exec ${CHPST} -u nobody sh -c '${NOTIFY}'`, "all")));
  });

  test("systemd-notify, in a chroot", both(notify, asRoot), async (t) => {
    const root = await makeRoot(sandbox(t), "/bin/sh", "/usr/bin/systemd-notify", "/bin/sleep");
    await untilUp(supervise(t, reporting(`exec ${CHPST} -/ ${root} /bin/sh -c '${NOTIFY}'`)));
  });

  test("python3-systemd, and its watchdog", python, async (t) => {
    const run = `exec ${PYTHON} -c '
import os, time
from systemd import daemon
assert daemon.notify("READY=1\\nSTATUS=up")
assert os.environ["WATCHDOG_PID"] == str(os.getpid())
step = int(os.environ["WATCHDOG_USEC"]) / 10_000_000
open("trace", "a").write("start\\n")
for _ in range(12):
    time.sleep(step)
    daemon.notify("WATCHDOG=1")
open("trace", "a").write("silent\\n")
time.sleep(1000)'`;
    const files = { "notify-socket": "", watchdog: "6000\n" };
    const service = supervise(t, { run, files });
    await untilUp(service);
    await service.untilMessage("service has missed its watchdog, service gets ABRT.");
    // It was fed for longer than its time.
    const lines = await service.untilLines(3);
    assert.deepEqual(lines.slice(0, 2), ["start", "silent"]);
  });

  testBothWays("s6-log, with -d", withPrograms("s6-log"), async (t, start) => {
    const log = { run: "exec s6-log -d 3 t ./main", files: { "notification-fd": "3\n" } };
    await untilReady(start(t, { log }).service("log"));
  });
});
