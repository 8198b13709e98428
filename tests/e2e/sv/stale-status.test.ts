/** sv, and a status that is not true: of an earlier supervisor, or not written any more. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { encodeStatus } from "../../../protocol/status.ts";
import { isAlive, kinship } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox, sendSignal } from "../../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory, STUBBORN } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { mask, say, up } from "../../support/sv.ts";

const canTrace = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
const TIMEOUT = "timeout: run: service: (pid N) Ns";

/**
 * Runs sv, held up by a second whenever it opens the status or ok; `between` is done when it has
 * opened the status.
 */
async function heldUp(box: Sandbox, words: readonly string[], between: () => void) {
  const hold = "-qq -o trace -e trace=open,openat -e inject=open,openat:delay_enter=1000000";
  const paths = ["status", "ok"].flatMap((name) => ["-P", `${box.dir}/service/supervise/${name}`]);
  const command = ["strace", ...hold.split(" "), ...paths, tool(ours, "sv"), ...words];
  const running = box.start([...command, `${box.dir}/service`]);
  const trace = new ServiceDirectory(box.dir);
  const hasOpened = () => / = /.test(trace.lines()[0] ?? "");
  await trace.untilTrue("opening of the status", hasOpened);
  between();
  await running.exit();
  return mask(running.stdout()).replaceAll(`${box.dir}/`, "");
}

/** Does something while runsv is stopped. */
async function whileStopped<T>(service: Supervised, act: () => Promise<T>): Promise<T> {
  service.runsv.signal("SIGSTOP");
  try {
    await service.untilTrue("stopped runsv", () => kinship(service.runsv.pid)?.state === "T");
    return await act();
  } finally {
    service.runsv.signal("SIGCONT");
  }
}

async function killProcess(service: Supervised, pid: number): Promise<void> {
  sendSignal(pid, "SIGKILL");
  await service.untilTrue("end of the process", () => !isAlive(pid));
}

describe("sv, when a supervisor comes between its looks", { concurrency: 2 }, () => {
  const skip = !canTrace && "needs strace";
  for (const words of [["-w", "60", "start"], ["status"]]) {
    test(`${words.join(" ")} reads the status that was not there yet`, { skip }, async (t) => {
      const box = sandbox(t);
      makeService(join(box.dir, "service"), { run: FOREVER });
      const said = await heldUp(box, words, () => box.start([tool(ours, "runsv"), "service"]));
      assert.match(said, /(run|down): service: /);
    });
  }

  test("start does not report the status of an earlier supervisor", { skip }, async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    // The next runsv knows nothing of the process.
    rmSync(service.path("supervise/adopt"), { force: true });
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    await killProcess(service, pid);
    const said = await heldUp(service.box, ["-w", "60", "start"], () => service.another());
    assert.equal(said, "ok: run: service: (pid N) Ns\n");
    const reported = service.status().pid;
    assert.ok(reported !== pid && isAlive(reported));
  });
});

describe("sv, when the process of the status does not exist", { concurrency: 4 }, () => {
  for (const word of ["start", "check", "restart", "cont"]) {
    test(`${word} does not say ok`, improved("sv-untrue-status"), async (t) => {
      const service = await up(t, { run: FOREVER });
      await whileStopped(service, async () => {
        await killProcess(service, service.status().pid);
        assert.equal(await say(service, ["-w0", word, "service"]), `${TIMEOUT}\n1`);
      });
    });
  }

  test(
    "start does not say ok of a process that is another one",
    improved("sv-untrue-status"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      const { pid } = service.status();
      const since = { seconds: Math.floor(Date.now() / 1_000) - 1_000, nanoseconds: 0 };
      const untrue = { ...service.status(), pid: process.pid, since };
      const path = service.path("supervise/status");
      await whileStopped(service, async () => {
        writeFileSync(path, Buffer.from(encodeStatus(untrue), "latin1"));
        assert.equal(await say(service, ["-w0", "start", "service"]), `${TIMEOUT}\n1`);
      });
      await service.until("true status", (status) => status.pid === pid);
      assert.equal(await say(service, ["start", "service"]), "ok: run: service: (pid N) Ns\n0");
    },
  );

  test(
    "start is done once the supervisor has started another",
    improved("sv-untrue-status"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      const { pid } = service.status();
      const { saying } = await whileStopped(service, async () => {
        await killProcess(service, pid);
        return { saying: say(service, ["-w", "60", "start", "service"]) };
      });
      assert.equal(await saying, "ok: run: service: (pid N) Ns\n0");
      assert.notEqual(service.status().pid, pid);
    },
  );

  test(
    "start of a directory that was copied in its place does not say ok",
    improved("sv-untrue-status"),
    async (t) => {
      const service = supervise(
        t,
        { run: FOREVER },
        {
          prepare: (dir) => {
            makeService(`${dir}.supervise`, {});
            symlinkSync(`${dir}.supervise`, join(dir, "supervise"));
          },
        },
      );
      const { pid } = await service.untilRunning();
      await run(service.box, ["cp", "-a", service.dir, `${service.dir}.new`]);
      rmSync(service.dir, { recursive: true, maxRetries: 10 });
      renameSync(`${service.dir}.new`, service.dir);
      await killProcess(service, pid);
      assert.equal(await say(service, ["-w0", "start", "service"]), `${TIMEOUT}\n1`);
    },
  );

  test(
    "commands go to a service that is on its way already",
    improved("sv-always-sends"),
    async (t) => {
      const trap = "trap 'echo TERM >>trace' TERM; echo start >>trace";
      const run = `${trap}; while :; do sleep 1000 & wait $!; kill $!; done`;
      const service = await up(t, { run });
      await service.untilLines(1);
      await say(service, ["down", "service"]);
      await service.untilLines(2);
      await say(service, ["down", "service"]);
      await service.untilLines(3);
      assert.deepEqual(service.lines(), ["start", "TERM", "TERM"]);
    },
  );
});

describe("sv, outside the supervisor's pid namespace", () => {
  const inside = ["unshare", "-pf", "--mount-proc", "--kill-child"];
  const skip = spawnSync("unshare", [...inside.slice(1), "true"]).status !== 0 && "needs unshare";

  test("sv outside the pid namespace of the supervisor believes the status", {
    skip,
  }, async (t) => {
    const service = supervise(t, { run: FOREVER }, { via: inside });
    await service.untilStat("run");
    for (const word of ["check", "start", "restart", "check"]) {
      assert.equal(await say(service, [word, "service"]), "ok: run: service: (pid N) Ns\n0", word);
    }
  });
});

describe("sv, when the service got TERM and lives", { concurrency: 4 }, () => {
  for (const word of ["start", "check"]) {
    test(
      `${word} answers the same each time, and is done with the next process`,
      improved("sv-got-term"),
      async (t) => {
        const service = await up(t, { run: STUBBORN });
        await service.untilLines(1);
        const { pid } = service.status();
        await say(service, ["-w0", "stop", "service"]);
        await service.untilStat("run, got TERM, want down");
        if (word === "check") service.control("u");
        else await say(service, ["-w0", word, "service"]);
        await service.until("want up", ({ want }) => want === "up");
        const got = `${TIMEOUT}, got TERM\n1`;
        for (const _ of "12") assert.equal(await say(service, ["-w0", word, "service"]), got);
        const waiting: Promise<string> = say(service, ["-w", "60", word, "service"]);
        sendSignal(pid, "SIGKILL");
        assert.equal(await waiting, "ok: run: service: (pid N) Ns\n0");
        assert.notEqual(service.status().pid, pid);
      },
    );
  }
});
