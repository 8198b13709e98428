/** sv waits at the event FIFO of a supervisor, and otherwise as it can. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openFiles } from "../../support/procfs.ts";
import type { Running } from "../../support/sandbox.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { mask, up } from "../../support/sv.ts";
import { kill } from "../../support/takeover.ts";
import { eventually } from "../../support/wait.ts";

const start = (service: Supervised, ...words: readonly string[]): Running =>
  service.box.start([tool(ours, "sv"), ...words], { env: { SVDIR: service.box.dir } });

const outcomeOf = async (sv: Running): Promise<string> => {
  const { code } = await sv.exit();
  return `${mask(sv.stdout())}${sv.stderr()}${code}`;
};

/** Waits until sv has a descriptor of a file whose name ends so. */
async function untilOpen(sv: Running, end: string): Promise<string[]> {
  const look = () => {
    const files = [...openFiles(sv.pid).values()].map(({ target }) => target);
    return files.some((file) => file.endsWith(end)) ? files : undefined;
  };
  return await eventually(`${end} open in sv`, look, () => sv.stdout());
}

describe("sv: events", { concurrency: 4, ...improved("event") }, () => {
  test("sv waits with a single descriptor, that of the event FIFO", async (t) => {
    const service = await up(t, { run: STUBBORN });
    const stopping = start(service, "-w60", "stop", "service");
    const files = await untilOpen(stopping, "/supervise/event");
    const others = files.filter((file) => /inotify|supervise\/(ok|control)/.test(file));
    assert.deepEqual(others, []);
    service.control("k");
    assert.equal(await outcomeOf(stopping), "ok: down: service: Ns, normally up\n0");
  });

  test("sv notices that the supervisor has been killed", async (t) => {
    const service = await up(t, { run: STUBBORN });
    const stopping = start(service, "-w60", "stop", "service");
    await untilOpen(stopping, "/supervise/event");
    await kill(service);
    assert.equal(await outcomeOf(stopping), "fail: service: runsv not running\n1");
  });

  test("sv waits for a log service by a watch", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: STUBBORN } });
    await service.log.untilRunning();
    await service.log.untilLines(1);
    const stopping = start(service, "-w60", "stop", "service/log");
    await untilOpen(stopping, "inotify");
    service.log.control("k");
    assert.equal(await outcomeOf(stopping), "ok: down: service/log: Ns, normally up\n0");
  });

  test("sv waits for a service of the original's runsv by a watch", {
    skip: debian.missing ?? false,
  }, async (t) => {
    const service = supervise(t, { run: STUBBORN }, { suite: debian });
    await service.untilSupervised();
    await service.untilLines(1);
    const stopping = start(service, "-w60", "stop", "service");
    await untilOpen(stopping, "inotify");
    service.control("k");
    assert.equal(await outcomeOf(stopping), "ok: down: service: Ns, normally up\n0");
  });
});
