/** Supervisors that are killed, or re-exec, while services wait for each other. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  DEPENDENCIES,
  dependent,
  killSupervisor,
  orderOf,
  release,
  untilOrder,
} from "../../support/dependencies.ts";
import {
  Installation,
  UPGRADE,
  untilReexecuted,
  untilSupervisedAnew,
} from "../../support/installation.ts";
import { go, makeGo, untilNotReady, untilReady } from "../../support/readiness.ts";
import { type Cleanup, sendSignal } from "../../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { unchanged } from "../../support/wait.ts";

const SLOW = { db: dependent("db"), web: dependent("web", { needs: ["db"], isSlow: true }) };
const ONCE = ["start db", "start web"];
const STOPPED = ["term web", "end web", "term db", "end db"];

async function stopBegun(t: Cleanup, start: typeof scan): Promise<Scan> {
  const tree = start(t, SLOW);
  await untilOrder(tree, "start web");
  tree.service("db").control("d");
  await untilOrder(tree, "term web");
  // A supervisor that is killed before it has published a signal sends it again.
  await tree.service("web").until("TERM", ({ termSent }) => termSent);
  await tree.service("db").untilTrue("waits", () => tree.service("db").has("supervise/stopping"));
  return tree;
}

/** db reports when the test says so; web waits for that. */
const UNREADY = {
  db: {
    run: `echo start db >>../order; read _ <go; echo ready db >>../order; echo >&3; ${FOREVER}`,
    files: { "notification-fd": "3" },
  },
  web: dependent("web", { needs: ["db"] }),
};

async function untilHeld(tree: Scan): Promise<void> {
  await untilOrder(tree, "start db");
  await untilNotReady(tree.service("db"));
  await tree.service("web").until("waits", ({ want, phase }) => phase === "down" && want === "up");
}

/** Nothing has started meanwhile, and nothing starts twice. */
async function becomeReady(tree: Scan): Promise<void> {
  const db = tree.service("db");
  await db.untilSupervised();
  await untilNotReady(db);
  await unchanged(() => orderOf(tree).join(), 300);
  assert.deepEqual(orderOf(tree), ["start db"]);
  await go(db);
  await untilOrder(tree, "start web");
  await untilReady(tree.service("web"));
  assert.deepEqual(orderOf(tree), ["start db", "ready db", "start web"]);
}

async function untilStopped(tree: Scan): Promise<void> {
  await untilOrder(tree, "end db");
  await tree.service("db").until("down", ({ phase, want }) => phase === "down" && want === "down");
  assert.deepEqual(orderOf(tree), [...ONCE, ...STOPPED]);
}

describe("supervisors are killed while services wait", { concurrency: 4, ...DEPENDENCIES }, () => {
  for (const name of ["db", "web"]) {
    testBothWays(
      `a stop waits on when the supervisor of ${name} was killed`,
      {},
      async (t, start) => {
        const tree = await stopBegun(t, start);
        await killSupervisor(tree, name);
        release(tree, "web");
        await untilStopped(tree);
      },
    );

    testBothWays(
      `a stop that waits can be taken back when that of ${name} was killed`,
      {},
      async (t, start) => {
        const tree = await stopBegun(t, start);
        await killSupervisor(tree, name);
        const db = await tree.service("db").untilSupervised();
        db.control("u");
        await db.untilTrue("taken back", () => !db.has("supervise/stopping"));
        release(tree, "web");
        await untilOrder(tree, "start web", 2);
        assert.deepEqual(orderOf(tree), [...ONCE, "term web", "end web", "start web"]);
      },
    );
  }

  testBothWays(
    "a stop for another service waits on when its own was killed",
    {},
    async (t, start) => {
      const tree = start(t, {
        db: dependent("db"),
        app: dependent("app", { needs: ["db"] }),
        web: dependent("web", { needs: ["app"], isSlow: true }),
      });
      await untilOrder(tree, "start web");
      tree.service("db").control("d");
      await untilOrder(tree, "term web");
      await tree.service("web").until("TERM", ({ termSent }) => termSent);
      const app = tree.service("app");
      await app.untilTrue("waits", () => app.has("supervise/stopping"));
      await killSupervisor(tree, "app");
      release(tree, "web");
      await untilOrder(tree, "end db");
      const ends = ["term web", "end web", "term app", "end app", "term db", "end db"];
      assert.deepEqual(orderOf(tree), ["start db", "start app", "start web", ...ends]);
    },
  );

  test("a stop that waits goes on while its service has no supervisor", async (t) => {
    const tree = scan(t, {
      db: dependent("db"),
      app: dependent("app", { needs: ["db"] }),
      web: dependent("web", { needs: ["app"], isSlow: true }),
    });
    await untilOrder(tree, "start web");
    const db = tree.service("db");
    db.control("d");
    await untilOrder(tree, "term web");
    await db.untilTrue("waits", () => db.has("supervise/stopping"));
    tree.runsvdir.signal("SIGSTOP");
    sendSignal(await tree.untilSupervisor("db"), "SIGKILL");
    release(tree, "web");
    await untilOrder(tree, "end app");
    tree.runsvdir.signal("SIGCONT");
    await untilOrder(tree, "end db");
    const ends = ["term web", "end web", "term app", "end app", "term db", "end db"];
    assert.deepEqual(orderOf(tree), ["start db", "start app", "start web", ...ends]);
  });

  testBothWays("a stop is not lost while control/t decides", {}, async (t, start) => {
    const asks = "echo asked db >>../order; until [ -e go ]; do sleep 0.02; done; exit 1";
    const tree = start(t, {
      db: { ...dependent("db"), control: { t: asks } },
      web: dependent("web", { needs: ["db"] }),
    });
    await untilOrder(tree, "start web");
    tree.service("db").control("d");
    await untilOrder(tree, "asked db");
    await killSupervisor(tree, "db");
    writeFileSync(tree.service("db").path("go"), "");
    await untilOrder(tree, "end db");
    assert.deepEqual(orderOf(tree).slice(-3), ["asked db", "term db", "end db"]);
  });

  testBothWays("a process without its supervisor counts as a dependant", {}, async (t, start) => {
    const tree = start(t, SLOW);
    await untilOrder(tree, "start web");
    for (const name of ["db", "web"]) await killSupervisor(tree, name);
    await tree.service("db").untilSupervised();
    tree.service("db").control("d");
    await untilOrder(tree, "term web");
    release(tree, "web");
    await untilStopped(tree);
  });

  test("./finish of a dependant comes first if its supervisor died before it could run it", async (t) => {
    const tree = scan(t, {
      db: dependent("db"),
      web: { ...dependent("web", { needs: ["db"] }), finish: "echo finish web >>../order" },
    });
    await untilOrder(tree, "start web");
    const [db, web] = [tree.service("db"), tree.service("web")];
    const { pid } = await web.untilRunning();
    const supervisor = await tree.untilSupervisor("web");
    sendSignal(supervisor, "SIGSTOP");
    sendSignal(pid, "SIGKILL");
    db.control("d");
    await db.untilTrue("waits", () => db.has("supervise/stopping"));
    sendSignal(supervisor, "SIGKILL");
    await untilOrder(tree, "end db");
    assert.deepEqual(orderOf(tree), [...ONCE, "finish web", "term db", "end db"]);
  });

  for (const name of ["db", "web"]) {
    testBothWays(
      `a start waits for readiness on when the supervisor of ${name} was killed`,
      {},
      async (t, start) => {
        const tree = start(t, UNREADY, { prepare: (dir) => makeGo(`${dir}/made/db`) });
        await untilHeld(tree);
        await killSupervisor(tree, name);
        await becomeReady(tree);
      },
    );
  }

  testBothWays("a start waits on when its supervisor was killed", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db", { down: true }),
      web: dependent("web", { needs: ["db"] }),
    });
    await tree
      .service("web")
      .until("waits", ({ want, phase }) => phase === "down" && want === "up");
    await killSupervisor(tree, "web");
    await tree.service("db").untilSupervised();
    tree.service("db").control("u");
    await untilOrder(tree, "start web");
    assert.deepEqual(orderOf(tree), ONCE);
  });
});

for (const [mode, args] of [
  ["forked", []],
  ["--dense", ["--dense"]],
] as const) {
  /** Replaces the executable, and has all supervisors execute it. */
  const reexec = async (tree: Scan, installation: Installation): Promise<void> => {
    const names = ["db", "web"];
    const supervisors = await Promise.all(names.map((name) => tree.untilSupervisor(name)));
    installation.replace();
    tree.runsvdir.signal("SIGUSR2");
    for (const name of names) {
      await untilReexecuted(tree.service(name), [tree.runsvdir.pid, ...supervisors]);
      await untilSupervisedAnew(tree.service(name), installation);
    }
  };

  describe(`USR2 while services wait; ${mode}`, { concurrency: 4, ...UPGRADE }, () => {
    test("a stop waits on, and a start that is held back is not released", async (t) => {
      const installation = new Installation(t);
      const suite = installation.suite;
      const tree = await stopBegun(t, (_, services) => scan(t, services, { suite, args }));
      await reexec(tree, installation);
      assert.deepEqual(orderOf(tree), [...ONCE, "term web"]);
      release(tree, "web");
      await untilStopped(tree);
      await reexec(tree, installation);
      assert.deepEqual(orderOf(tree), [...ONCE, ...STOPPED]);
      tree.service("db").control("u");
      await untilOrder(tree, "start web", 2);
    });

    test("a start waits on for readiness, and starts once", async (t) => {
      const installation = new Installation(t);
      const prepare = (dir: string) => makeGo(`${dir}/made/db`);
      const tree = scan(t, UNREADY, { suite: installation.suite, args, prepare });
      await untilHeld(tree);
      await reexec(tree, installation);
      await becomeReady(tree);
      await reexec(tree, installation);
      for (const name of ["db", "web"]) await untilReady(tree.service(name));
      await unchanged(() => orderOf(tree).join(), 300);
      assert.deepEqual(orderOf(tree), ["start db", "ready db", "start web"]);
    });

    test("a start waits on, also one that a command has asked for", async (t) => {
      const installation = new Installation(t);
      const suite = installation.suite;
      const services = {
        db: dependent("db", { down: true }),
        web: dependent("web", { needs: ["db"], down: true }),
      };
      const tree = scan(t, services, { suite, args });
      const [db, web] = [tree.service("db"), tree.service("web")];
      await web.untilSupervised();
      web.control("u");
      await web.until("waits", ({ want }) => want === "up");
      await db.untilSupervised();
      await reexec(tree, installation);
      db.control("u");
      await untilOrder(tree, "start web");
      assert.deepEqual(orderOf(tree), ONCE);
    });
  });
}
