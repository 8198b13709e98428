/**
 * The order of events: a command that was given before a process ended is obeyed before its end is acted on. The
 * supervisor is held while both happen, so that it finds them together.
 */
import assert from "node:assert/strict";
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { StatusRecord } from "../../protocol/status.ts";
import { whileHeld } from "../support/held.ts";
import { isAlive, kinship } from "../support/procfs.ts";
import { type Cleanup, sendSignal } from "../support/sandbox.ts";
import { type scan, testBothWays } from "../support/scan.ts";
import { type Description, FOREVER, type ServiceDirectory, STUBBORN } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

/** A younger service rests before its next start, and a late command still finds it down. */
const GROW_UP = "sleep 1.1";
const AWAIT_GO = "until [ -e go ]; do sleep 0.01; done";
const command = (byte: string) => `printf ${byte} >supervise/control`;
const START = "echo start >>trace";

/** A service that gives itself a command, once it is let go, as the last thing that it does. */
function inRun(byte: string): Description {
  return { run: `${START}; ${GROW_UP}; ${AWAIT_GO}; ${command(byte)}` };
}
/** The same from ./finish. */
function inFinish(byte: string): Description {
  return { run: `${START}; ${GROW_UP}`, finish: `${AWAIT_GO}; ${command(byte)}` };
}

/** Stays, and writes ./old when it is no young service any more. */
const GROWN_UP: Description = { run: `${START}; ${GROW_UP}; echo >>old; ${FOREVER}` };

const isAtWork = ({ phase, pid }: StatusRecord) => phase !== "down" && pid !== 0;
const isLeftDown = ({ phase, pid, want }: StatusRecord) =>
  phase === "down" && pid === 0 && want === "down";
const untilLeftDown = (service: ServiceDirectory) => service.until("service left down", isLeftDown);

/** Lets the process of a service give its command and end, while the supervisor is held. */
async function letGo(service: ServiceDirectory, supervisor: number): Promise<void> {
  const phase = service.text("finish") === "" ? "run" : "finish";
  const { pid } = await service.until(
    `./${phase}`,
    (status) => isAtWork(status) && status.phase === phase,
  );
  await whileHeld(supervisor, async () => {
    writeFileSync(service.path("go"), "");
    await service.untilTrue("end of the process", () => !isAlive(pid));
  });
}

async function endsInOneStart(
  t: Cleanup,
  start: typeof scan,
  description: Description,
): Promise<void> {
  const scanner = start(t, { web: description });
  const web = scanner.service("web");
  const supervisor = await scanner.untilSupervisor("web");
  await letGo(web, supervisor);
  await untilLeftDown(web);
  assert.deepEqual(web.lines(), ["start"]);
}

describe("a command that a service gives before it ends", { concurrency: 4 }, () => {
  for (const [byte, meaning, options] of [
    ["d", "leaves it down", {}],
    ["o", "is no reason to start it again", improved("commands-before-end")],
    ["ud", "leaves it down", improved("commands-before-end")],
  ] as const) {
    testBothWays(`'${byte}' in ./run ${meaning}`, options, (t, start) =>
      endsInOneStart(t, start, inRun(byte)),
    );
    testBothWays(`'${byte}' in ./finish ${meaning}`, options, (t, start) =>
      endsInOneStart(t, start, inFinish(byte)),
    );
  }

  for (const [who, description] of [
    ["./run", inRun("x")],
    ["./finish", inFinish("x")],
  ] as const) {
    test(`'x' in ${who} ends its runsv, without another start`, async (t) => {
      const service = supervise(t, description);
      await letGo(service, service.runsv.pid);
      assert.equal(await service.exitCode(), 0);
      assert.deepEqual(service.lines(), ["start"]);
    });
  }

  testBothWays("'d' in log/run leaves the log service down, and it alone", {}, async (t, start) => {
    const scanner = start(t, { web: { run: FOREVER, log: inRun("d") } });
    const { log } = scanner.service("web");
    await letGo(log, await scanner.untilSupervisor("web"));
    await untilLeftDown(log);
    assert.deepEqual(log.lines(), ["start"]);
    await scanner.service("web").untilRunning();
  });

  testBothWays(
    "'d' in control/u takes the start back",
    improved("control-scripts-async"),
    async (t, start) => {
      const u = `echo u >>asked; ${AWAIT_GO}; ${command("d")}; echo done >>asked`;
      const scanner = start(t, { web: { run: START, control: { u } } });
      const web = scanner.service("web");
      await web.untilLines(1, "asked");
      await whileHeld(await scanner.untilSupervisor("web"), async () => {
        writeFileSync(web.path("go"), "");
        await web.untilLines(2, "asked");
      });
      await untilLeftDown(web);
      assert.deepEqual(web.lines(), []);
    },
  );
});

describe("a command that somebody gives in the moment of a crash", { concurrency: 4 }, () => {
  for (const [when, isEarly] of [
    ["just before it", true],
    ["just after it", false],
  ] as const) {
    testBothWays(`leaves the service down: ${when}`, {}, async (t, start) => {
      const scanner = start(t, { web: GROWN_UP });
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      await web.untilLines(1, "old");
      await whileHeld(await scanner.untilSupervisor("web"), async () => {
        if (isEarly) web.control("d");
        sendSignal(pid, "SIGKILL");
        await web.untilTrue("end of the process", () => !isAlive(pid));
        if (!isEarly) web.control("d");
      });
      await untilLeftDown(web);
      assert.deepEqual(web.lines(), ["start"]);
    });
  }

  test(
    "leaves it down, however many commands come first",
    improved("control-scripts-async"),
    async (t) => {
      const service = supervise(t, inRun("t"));
      const { pid } = await service.untilRunning();
      await whileHeld(service.runsv.pid, async () => {
        service.control(`${"udc".repeat(5_000)}d`);
        writeFileSync(service.path("go"), "");
        await service.untilTrue("end of the process", () => !isAlive(pid));
      });
      await untilLeftDown(service);
      assert.deepEqual(service.lines(), ["start"]);
    },
  );

  test(
    "is obeyed by the next supervisor, if this one dies too",
    improved("adoption"),
    async (t) => {
      const service = supervise(t, GROWN_UP);
      const { pid } = await service.untilRunning();
      await service.untilLines(1, "old");
      // As runsvdir does, which keeps what nobody has read.
      const control = openSync(service.path("supervise/control"), constants.O_RDWR);
      t.after(() => closeSync(control));
      await whileHeld(service.runsv.pid, () => {
        service.control("d");
        sendSignal(pid, "SIGKILL");
        service.runsv.signal("SIGKILL");
      });
      await service.runsv.exit();
      await service.untilTrue("collected process", () => kinship(pid) === undefined);
      service.another();
      await untilLeftDown(service);
      // A second process could be gone before it has written anything.
      assert.match(service.text("supervise/history"), /^endings 1$/m);
    },
  );

  testBothWays("is obeyed also across USR2", improved("upgrade"), async (t, start) => {
    const scanner = start(t, { web: GROWN_UP });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    await web.untilLines(1, "old");
    const supervisor = await scanner.untilSupervisor("web");
    await whileHeld(supervisor, () => {
      web.control("d");
      sendSignal(supervisor, "SIGUSR2");
      sendSignal(pid, "SIGKILL");
    });
    await untilLeftDown(web);
    assert.deepEqual(web.lines(), ["start"]);
  });
});

describe("an exit that was asked for", { concurrency: 4, ...improved("exit-stays") }, () => {
  for (const byte of ["d", "k", "t"] as const) {
    test(`is not taken back by '${byte}'`, async (t) => {
      const service = supervise(t, { run: STUBBORN });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.untilStat("run, got TERM, want exit");
      service.control(byte);
      if (byte !== "k") sendSignal(pid, "SIGKILL");
      assert.equal(await service.exitCode(), 0);
    });
  }

  test("is not taken back by ./finish, which says 'd'", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: `${command("d")}; sleep 0.3; echo said >>trace`,
    });
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["said"]);
  });

  testBothWays("by TERM to runsvdir ends its service, and no 'd' helps", {}, async (t, start) => {
    const web = { run: FOREVER, finish: `${AWAIT_GO}; ${command("d")}; sleep 0.1` };
    const scanner = start(t, { web });
    await scanner.service("web").untilRunning();
    scanner.runsvdir.signal("SIGHUP");
    writeFileSync(scanner.service("web").path("go"), "");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.until("nothing left", () =>
      scanner.box.processes().length === 0 ? true : undefined,
    );
  });

  test(
    "is kept by the next supervisor, whatever is said to it",
    improved("adoption"),
    async (t) => {
      const service = supervise(t, { run: STUBBORN });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.untilStat("run, got TERM, want exit");
      service.runsv.signal("SIGKILL");
      await service.runsv.exit();
      const next = service.another();
      await next.untilTrue("supervisor", () => next.isSupervised());
      next.control("d");
      sendSignal(pid, "SIGKILL");
      assert.equal(await next.exitCode(), 0);
    },
  );
});

describe("what a script reads of its own service", { concurrency: 4 }, () => {
  /** Enough to meet a supervisor that publishes too late, whoever is faster. */
  const ROUNDS = 10;
  const READ = "echo $(cat supervise/stat) >>seen";

  /** What `script` has seen in so many stops; the service is up between them. */
  async function seen(t: Cleanup, start: typeof scan, description: Description): Promise<string[]> {
    const scanner = start(t, { web: { run: FOREVER, ...description } });
    const web = scanner.service("web");
    for (let round = 0; round < ROUNDS; round++) {
      await web.untilRunning();
      web.control("d");
      await untilLeftDown(web);
      web.control("u");
    }
    await web.untilRunning();
    return web.lines("seen");
  }
  const each = (words: string) => Array.from({ length: ROUNDS }, () => words);

  testBothWays("is 'finish' in ./finish", {}, async (t, start) => {
    const own = 'pid=$(cat supervise/pid); case $pid in ""|$$) ;; *) echo $pid >>seen; esac';
    const finish = `${READ}; ${own}`;
    assert.deepEqual(await seen(t, start, { finish }), each("finish, want down"));
  });
  testBothWays("is the state before TERM in control/t", {}, async (t, start) => {
    const control = { t: `${READ}; exit 1` };
    assert.deepEqual(await seen(t, start, { control }), each("run, want down"));
  });
  testBothWays("is the state after TERM in control/d, before ./finish", {}, async (t, start) => {
    const control = { d: READ };
    const description = { control, finish: READ };
    const both = each("").flatMap(() => ["run, got TERM, want down", "finish, want down"]);
    assert.deepEqual(await seen(t, start, description), both);
  });
  testBothWays("is 'down' in control/u", {}, async (t, start) => {
    const control = { u: READ };
    const [, ...later] = await seen(t, start, { control });
    assert.deepEqual(later, each("down"));
  });

  testBothWays(
    "tells in ./finish of the end before it",
    improved("sv-report"),
    async (t, start) => {
      const finish = "grep endings supervise/history >>seen";
      const all = each("").map((_, index) => `endings ${index + 1}`);
      assert.deepEqual(await seen(t, start, { finish }), all);
    },
  );
});
