/** A new runsvdir leaves supervisors at work that it finds, and replaces them when they exit. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type ScanOptions, scan } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { withPrograms } from "../../support/skip.ts";
import { improved, ours, tool } from "../../support/suite.ts";

const PRLIMIT = withPrograms("prlimit");
const KEEPERS = improved("keeps-supervisors");

describe("runsvdir: where supervisors are at work already", { concurrency: 4, ...KEEPERS }, () => {
  /** A scanner that was killed and started again, with the runsv of before. */
  async function restarted(t: Parameters<typeof scan>[0]) {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    const runsv = await scanner.untilRunsv("web");
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
    return { scanner, service, pid, runsv };
  }
  /** Once it has looked at its directory. */
  test("runsvdir leaves them at work, and starts none beside", async (t) => {
    const { scanner, service, pid, runsv } = await restarted(t);
    await scanner.untilScanned("second");
    assert.equal(scanner.runsvOf("web"), undefined);
    assert.ok(isAlive(runsv));
    assert.equal(service.status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("runsvdir starts another when one is killed, which goes on", async (t) => {
    const { scanner, service, pid, runsv } = await restarted(t);
    await scanner.untilScanned("second");
    sendSignal(runsv, "SIGKILL");
    await scanner.untilRunsv("web");
    await service.untilSupervised();
    assert.equal(service.status().pid, pid);
    const warning = "runsvdir services: warning: runsv web was killed, started again\n";
    await scanner.untilMessage(warning);
    assert.equal(scanner.stderr, warning);
  });

  test("runsvdir starts another also if one exits by command", async (t) => {
    const { scanner, service, pid } = await restarted(t);
    await scanner.untilScanned("second");
    service.control("x");
    await service.untilRunning(pid);
    await scanner.untilRunsv("web");
  });

  test("runsvdir ends one when its entry is removed, with its service", async (t) => {
    const { scanner, pid, runsv } = await restarted(t);
    await scanner.untilScanned("second");
    scanner.remove("web");
    await scanner.until("end of both", () => (isAlive(pid) || isAlive(runsv) ? undefined : true));
  });

  test("runsvdir ends them at HUP", async (t) => {
    const { scanner, pid, runsv } = await restarted(t);
    await scanner.untilScanned("second");
    scanner.runsvdir.signal("SIGHUP");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.until("end of both", () => (isAlive(pid) || isAlive(runsv) ? undefined : true));
  });

  // Watching one takes two descriptors.
  const few: ScanOptions = { via: ["prlimit", "--nofile=20", "--"] };
  const names = Array.from({ length: 12 }, (_, index) => `web-${index}`);
  for (const [signal, args, code] of [
    ["SIGHUP", [], 111],
    ["SIGHUP", ["--dense"], 111],
    ["SIGTERM", ["--stop"], 0],
    ["SIGTERM", ["--stop", "--dense"], 0],
  ] as const) {
    const options = args.map((arg) => `, with ${arg}`).join("");
    test(`runsvdir ends those that it had no descriptor to watch${options}`, PRLIMIT, async (t) => {
      const scanner = scan(t, Object.fromEntries(names.map((name) => [name, { run: FOREVER }])));
      const pids: number[] = [];
      for (const name of names) {
        pids.push((await scanner.service(name).untilRunning()).pid);
        pids.push(await scanner.untilRunsv(name));
      }
      scanner.runsvdir.signal("SIGKILL");
      await scanner.runsvdir.exit();
      scanner.startAgain({ ...few, args });
      await scanner.until(
        "a try to supervise one",
        () => scanner.stderr.includes("runsv web-") || undefined,
      );
      scanner.runsvdir.signal(signal);
      assert.equal((await scanner.runsvdir.exit()).code, code);
      await scanner.until("end of all", () => !pids.some(isAlive) || undefined);
    });
  }

  test("runsvdir takes one that was started by hand", async (t) => {
    const scanner = scan(t, {});
    makeService(join(scanner.box.dir, "made/web"), { run: FOREVER });
    scanner.box.start([tool(ours, "runsv"), "made/web"]);
    await new ServiceDirectory(join(scanner.box.dir, "made/web")).untilSupervised();
    symlinkSync("../made/web", join(scanner.services, "web"));
    await scanner.untilScanned("second");
    assert.equal(scanner.runsvOf("web"), undefined);
    assert.equal(scanner.stderr, "");
  });
});
