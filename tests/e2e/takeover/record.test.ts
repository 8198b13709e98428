/** A new runsv believes the adoption record only if it is about the same process. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { scan } from "../../support/scan.ts";
import { ENDING, FOREVER } from "../../support/service.ts";
import { supervise } from "../../support/supervise.ts";
import { ADOPTION, kill } from "../../support/takeover.ts";

describe("runsv: the record of a process", { concurrency: 4, ...ADOPTION }, () => {
  /** A service that is down, whose record has an innocent process. */
  async function withRecord(t: Parameters<typeof supervise>[0], change: (text: string) => string) {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    await kill(await service.untilSupervised());
    const path = service.path("supervise/adopt");
    writeFileSync(path, change(readFileSync(path, "latin1")), "latin1");
    const next = await service.another().untilSupervised();
    const status = await next.untilRunning(pid);
    assert.ok(isAlive(pid), "the other process is untouched");
    assert.ok(isAlive(status.pid));
    return next;
  }
  const replaceWord = (from: RegExp, to: string) => (text: string) =>
    `${text.trimEnd().replace(from, to)}`.padEnd(319).concat("\n");

  test("an adoption record with another start time is about another process", async (t) => {
    await withRecord(t, replaceWord(/"startTicks":\d+/, '"startTicks":1'));
  });

  test("an adoption record of another boot is ignored", async (t) => {
    const next = await withRecord(t, replaceWord(/"life":"./, '"life":"x'));
    assert.equal(next.stderr, "");
  });

  test("an adoption record in a copy of a service directory is ignored", async (t) => {
    const scanner = scan(t, { web: ENDING });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    await web.untilSupervised();
    const made = (name: string) => join(scanner.box.dir, "made", name);
    assert.equal((await run(scanner.box, ["cp", "-a", made("web"), made("copy")])).code, 0);
    symlinkSync("../made/copy", join(scanner.services, "copy"));
    const copy = await scanner.service("copy").untilSupervised();
    await copy.untilRunning(pid);
    copy.control("d");
    await copy.untilStat("down");
    assert.equal(web.status().pid, pid);
    assert.ok(isAlive(pid), "the process of the other service is untouched");
    assert.deepEqual(web.lines("ends"), []);
  });

  test("an adoption record that makes no sense is ignored with a warning", async (t) => {
    for (const text of ["garbage\n", "\0".repeat(320)]) {
      const next = await withRecord(t, () => text);
      await next.untilMessage("warning: unable to read supervise/adopt: bad format, ignored\n");
    }
  });

  test("an adoption record that others could have written is ignored", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    await kill(await service.untilSupervised());
    const text = readFileSync(service.path("supervise/adopt"));
    rmSync(service.path("supervise/adopt"));
    writeFileSync(service.path("victim"), text);
    symlinkSync("../victim", service.path("supervise/adopt"));
    const next = service.another();
    await next.untilRunning(pid);
    await next.untilMessage("unable to read supervise/adopt");
    assert.deepEqual(readFileSync(service.path("victim")), text);
  });
});
