/**
 * supervise/event wakes its readers after each change of a service, and when the supervisor ends or
 * another one comes.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import {
  Installation,
  UPGRADE,
  untilReexecuted,
  untilSupervisedAnew,
} from "../support/installation.ts";
import type { Running, Sandbox } from "../support/sandbox.ts";
import { scan, testBothWays } from "../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";
import { kill } from "../support/takeover.ts";
import { eventually } from "../support/wait.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "event-reader");

/** A process that waits at the event FIFO of a service; see tests/programs/event-reader.ts. */
class Waiting {
  readonly #process: Running;
  readonly #service: ServiceDirectory;

  constructor(service: ServiceDirectory, box: Sandbox) {
    this.#process = box.start([PROGRAM, service.dir]);
    this.#service = service;
  }

  /** The texts of supervise/stat that it has seen, one after the other. */
  get seen(): string[] {
    return this.#process
      .stdout()
      .split("\n")
      .filter((line) => line !== "" && line !== "same");
  }

  async untilSeen(...wanted: readonly string[]): Promise<void> {
    await this.#until(`${wanted}`, () => this.seen.join() === wanted.join());
  }

  async untilFirst(): Promise<void> {
    await this.#until("anything", () => this.seen.length > 0);
  }

  async untilLast(wanted: string): Promise<void> {
    await this.#until(`${wanted} at last`, () => this.seen.at(-1) === wanted);
  }

  async #until(what: string, look: () => boolean): Promise<void> {
    const tell = () => `seen: ${this.seen}\n${this.#service.tell()}`;
    await eventually(`${what} seen`, () => look() || undefined, tell);
  }
}

describe("supervise/event", { concurrency: 4, ...improved("event") }, () => {
  test("a reader is woken after each change of the service", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilSupervised();
    const waiting = new Waiting(service, service.box);
    await waiting.untilSeen("run");
    service.control("p");
    await waiting.untilSeen("run", "run, paused");
    service.control("c");
    await waiting.untilSeen("run", "run, paused", "run");
    service.control("d");
    await waiting.untilLast("down");
    service.control("u");
    await waiting.untilLast("run");
  });

  test("many readers wait for one service, and each is woken", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilSupervised();
    const all = Array.from({ length: 8 }, () => new Waiting(service, service.box));
    for (const waiting of all) await waiting.untilSeen("down");
    service.control("u");
    for (const waiting of all) await waiting.untilSeen("down", "run");
  });

  test("the end of a supervisor wakes readers, and so does the next one", async (t) => {
    const service = supervise(t, { run: "exec sleep 0.01", down: true });
    await service.untilSupervised();
    const waiting = new Waiting(service, service.box);
    await waiting.untilSeen("down");
    await kill(service);
    rmSync(service.path("down"));
    writeFileSync(service.path("supervise/stat"), "between\n");
    await waiting.untilSeen("down", "between");
    writeFileSync(service.path("run"), `#!/bin/sh\n${FOREVER}\n`);
    const next = service.another();
    await next.untilRunning();
    await waiting.untilLast("run");
  });

  test("a reader that has found no supervisor is woken by the first one", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilSupervised();
    await kill(service);
    const waiting = new Waiting(service, service.box);
    await waiting.untilFirst();
    service.another();
    await service.untilSupervised();
    service.control("d");
    await service.untilStat("down");
    await waiting.untilLast("down");
  });

  test("a reader is woken after a re-exec as before", UPGRADE, async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, { run: FOREVER }, { suite: installation.suite });
    await service.untilRunning();
    await service.untilSupervised();
    const waiting = new Waiting(service, service.box);
    await waiting.untilSeen("run");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilReexecuted(service, [service.runsv.pid]);
    service.control("d");
    await waiting.untilLast("down");
    assert.equal(service.stderr, "");
  });

  testBothWays(
    "readers wait for the services of a tree, each for its own",
    {},
    async (t, start) => {
      const tree = start(t, { web: { run: FOREVER }, other: { run: FOREVER } });
      const [web, other] = [tree.service("web"), tree.service("other")];
      for (const service of [web, other]) {
        await service.untilRunning();
        await service.untilSupervised();
      }
      const waiting = new Waiting(web, tree.box);
      const beside = new Waiting(other, tree.box);
      for (const each of [waiting, beside]) await each.untilSeen("run");
      web.control("p");
      await waiting.untilSeen("run", "run, paused");
      other.control("d");
      await beside.untilLast("down");
      assert.deepEqual(waiting.seen, ["run", "run, paused"]);
    },
  );

  for (const args of [[], ["--dense"]]) {
    test(`a reader is woken after a re-exec of runsvdir ${args.join()}`, UPGRADE, async (t) => {
      const installation = new Installation(t);
      const tree = scan(t, { web: { run: FOREVER } }, { suite: installation.suite, args });
      const web = tree.service("web");
      await web.untilRunning();
      await web.untilSupervised();
      const waiting = new Waiting(web, tree.box);
      await waiting.untilSeen("run");
      const supervisor = await tree.untilSupervisor("web");
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      await untilReexecuted(web, [tree.runsvdir.pid, supervisor]);
      await untilSupervisedAnew(web, installation);
      web.control("d");
      await waiting.untilLast("down");
      assert.equal(tree.stderr, "");
    });
  }

  test("runsv leaves no event FIFO when it exits", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilSupervised();
    service.control("x");
    await service.exitCode();
    assert.deepEqual(
      readdirSync(service.path("supervise")).filter((name) => name.startsWith("event")),
      [],
    );
  });

  test("a FIFO that cannot be made wakes readers all the same, and is made later", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilSupervised();
    const waiting = new Waiting(service, service.box);
    await waiting.untilSeen("run");
    mkdirSync(service.path("supervise/event.new"));
    service.control("p");
    await waiting.untilSeen("run", "run, paused");
    await service.untilMessage("warning: unable to create supervise/event: ");
    const { ino } = statSync(service.path("supervise/event"));
    rmSync(service.path("supervise/event.new"), { recursive: true });
    const isNew = () => statSync(service.path("supervise/event")).ino !== ino || undefined;
    await eventually("new FIFO", isNew, () => service.tell());
    service.control("c");
    await waiting.untilLast("run");
  });

  test("a reader takes no byte from another FIFO that has the name", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilSupervised();
    await kill(service);
    const other = service.path("other");
    execFileSync("mkfifo", [other]);
    rmSync(service.path("supervise/event"));
    linkSync(other, service.path("supervise/event"));
    chmodSync(service.path("supervise"), 0o777); // so somebody else may have put it there
    const fd = openSync(other, constants.O_RDWR | constants.O_NONBLOCK);
    t.after(async () => closeSync(fd));
    writeSync(fd, "x");
    const waiting = new Waiting(service, service.box);
    await waiting.untilFirst();
    assert.equal(readSync(fd, Buffer.alloc(2)), 1);
  });
});
