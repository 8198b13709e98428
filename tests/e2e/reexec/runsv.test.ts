/** runsv executes its replaced executable on USR2, and its service stays its child. */
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  Installation,
  isReplaced,
  OTHER_FORMAT,
  REFUSED,
  UPGRADE,
  untilReexecuted,
  untilSupervisedAnew,
} from "../../support/installation.ts";
import { kinship } from "../../support/procfs.ts";
import { ENDING, FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { supervise } from "../../support/supervise.ts";
import { endOf, listed } from "../../support/sv-json.ts";

describe("runsv: USR2", { concurrency: 4, ...UPGRADE }, () => {
  test("runsv re-execs at USR2, with its service as its child", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    const before = await service.untilRunning();
    await service.untilLines(1);
    await service.untilSupervised();
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(service, [service.runsv.pid]);
    await untilSupervisedAnew(service, installation);
    assert.deepEqual(service.status(), before);
    assert.equal(kinship(before.pid)?.ppid, service.runsv.pid);
    service.control("t");
    assert.deepEqual(await service.untilLines(1, "ends"), ["7 0"]);
    await service.untilRunning(before.pid);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.stderr, "");
  });

  test("runsv finds its executable by the path that it was started by, also if that was relative", async (t) => {
    const installation = new Installation(t);
    const via = ["sh", "-c", 'cd "$(dirname "$1")" && exec ./runsv "$OLDPWD/$2"', "sh"];
    const service = supervise(t, { run: FOREVER }, { suite: installation.suite, via });
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(service, [service.runsv.pid]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stderr, "");
  });

  test("runsv keeps its service directory across a re-exec when another one comes in its place", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    renameSync(service.dir, `${service.dir}.old`);
    makeService(service.dir, { run: FOREVER });
    const old = new ServiceDirectory(`${service.dir}.old`, () => service.tell());
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(old, [service.runsv.pid]);
    assert.equal(old.status().pid, pid);
    await old.untilLines(1);
    old.control("t");
    await old.untilRunning(pid);
    assert.deepEqual(old.lines("ends"), ["7 0"]);
    assert.ok(!service.has("supervise"), "the other directory is left alone");
    assert.equal(service.stderr, "");
  });

  test("runsv keeps wants and history across a re-exec", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, { run: FOREVER, down: true }, { suite: installation.suite });
    await service.untilSupervised();
    service.control("o");
    const { pid } = await service.untilRunning();
    service.control("tu");
    await service.untilRunning(pid);
    service.control("p");
    await service.untilStat("run, paused");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(service, [service.runsv.pid]);
    await untilSupervisedAnew(service, installation);
    assert.equal(service.stat(), "run, paused");
    const { summary, restarts, ...rest } = await listed(service);
    assert.deepEqual([summary, restarts, endOf(rest)], ["paused", 1, "TERM"]);
  });

  test("runsv loses no command that comes during a re-exec", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    let { pid } = await service.untilRunning();
    await service.untilSupervised();
    for (let round = 0; round < 10; round++) {
      await service.untilLines(round + 1);
      installation.replace();
      service.runsv.signal("SIGUSR2");
      if (round % 2 === 0)
        await service.untilTrue("half way", () => !isReplaced(service.runsv.pid));
      service.control("t");
      ({ pid } = await service.untilRunning(pid));
    }
    assert.deepEqual(new Set(service.lines("ends")), new Set(["7 0"]));
  });

  test("runsv re-execs when its control script has ended", async (t) => {
    const installation = new Installation(t);
    const waiting = "echo asked >>trace; until [ -e go ]; do sleep 0.01; done; exit 1";
    const service = supervise(
      t,
      { run: FOREVER, control: { t: waiting } },
      { suite: installation.suite },
    );
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    service.control("t");
    await service.untilLines(1);
    installation.replace();
    service.runsv.signal("SIGUSR2");
    service.control("h"); // it goes on answering
    await service.untilTrue("nothing left to read", () => service.isSupervised());
    assert.ok(isReplaced(service.runsv.pid));
    writeFileSync(service.path("go"), "");
    await service.untilRunning(pid);
    await untilReexecuted(service, [service.runsv.pid]);
  });

  test("runsv exits when its log service has read to the end, also if USR2 comes before", async (t) => {
    const installation = new Installation(t);
    const log = { run: "cat; echo read >>trace; until [ -e go ]; do sleep 0.01; done" };
    const service = supervise(t, { run: FOREVER, log }, { suite: installation.suite });
    await service.untilRunning();
    await service.log.untilRunning();
    await service.untilSupervised();
    service.control("x");
    await service.log.untilLines(1);
    installation.wrap(service.path("asked"));
    service.runsv.signal("SIGUSR2");
    await service.untilLines(1, "asked");
    await service.untilQuiet();
    writeFileSync(service.log.path("go"), "");
    assert.equal(await service.exitCode(), 0);
  });

  test("runsv keeps the log pipe across a re-exec, also while neither side runs", async (t) => {
    const installation = new Installation(t);
    const service = supervise(
      t,
      { run: "seq 5; echo >>trace; exec sleep 1000", log: { run: "exec cat >>lines", down: true } },
      { suite: installation.suite },
    );
    await service.untilLines(1);
    await service.log.untilSupervised();
    service.control("d");
    await service.untilStat("down");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(service, [service.runsv.pid]);
    await untilSupervisedAnew(service.log, installation);
    service.log.control("u");
    assert.deepEqual(await service.log.untilLines(5, "lines"), ["1", "2", "3", "4", "5"]);
  });

  for (const [what, text, told] of [
    ["that is empty", "", /kept the old one: it exited 111\n/],
    ["that fails", "#!/bin/sh\nexit 3\n", /kept the old one: it exited 3\n/],
    ["that is killed", "#!/bin/sh\nkill -9 $$\n", /kept the old one: it was killed by signal 9\n/],
    ["that is another program", "#!/bin/sh\n", REFUSED],
    ["that answers all questions alike", '#!/bin/sh\necho "$0 $@"\n', REFUSED],
    ["that takes over another format", `#!/bin/sh\necho '${OTHER_FORMAT}'\n`, REFUSED],
    ["that never ceases to answer", "#!/bin/sh\nexec yes runits\n", /it was killed by signal 9\n/],
  ] as const) {
    test(`runsv does not re-exec an executable ${what}`, async (t) => {
      const installation = new Installation(t);
      const service = supervise(t, { run: FOREVER }, { suite: installation.suite });
      const { pid } = await service.untilRunning();
      await service.untilSupervised();
      installation.spoil(text);
      service.runsv.signal("SIGUSR2");
      await service.untilMessage("runsv service: warning: executable ");
      assert.match(service.stderr, told);
      assert.equal(service.status().pid, pid);
      service.control("t");
      await service.untilRunning(pid);
    });
  }
});
