/** runsvdir, as a whole: real directories and links, real runsv processes, real signals. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, cmdline, isAlive, kinship, openFiles } from "../support/procfs.ts";
import { runTool } from "../support/run.ts";
import { sandbox, sendSignal } from "../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory, STUBBORN } from "../support/service.ts";
import { improved, originalInPlace, ours } from "../support/suite.ts";
import { soonOnce, unchanged } from "../support/wait.ts";

const FUTURE_S = 4_000_000_000;

/** Waits until the scanner has looked at its directory: it has started a service just added. */
async function untilScanned(scanner: Scan, name: string): Promise<void> {
  await scanner.add(name, { run: FOREVER }).untilRunning();
}

describe("runsvdir: what it starts", { concurrency: 4 }, () => {
  test("starts a runsv for each directory and each link to a directory", async (t) => {
    const scanner = scan(
      t,
      { linked: { run: FOREVER } },
      { prepare: (dir) => makeService(join(dir, "services/plain"), { run: FOREVER }) },
    );
    await scanner.service("linked").untilRunning();
    await scanner.service("plain").untilRunning();
    await scanner.untilRunsv("linked");
    await scanner.untilRunsv("plain");
  });

  test("runs each runsv in the directory of services, as 'runsv NAME'", async (t) => {
    const scanner = scan(t, { web: { run: `pwd >>trace; ${FOREVER}` } });
    await scanner.service("web").untilLines(1);
    const pid = await scanner.untilRunsv("web");
    assert.deepEqual(cmdline(pid), ["runsv", "web"]);
    assert.equal(readFileSync(`/proc/${pid}/comm`, "latin1"), "runsv\n");
  });

  testBothWays("skips names with a leading dot, and files", {}, async (t, scan) => {
    const scanner = scan(
      t,
      { web: { run: FOREVER }, ".hidden": { run: FOREVER } },
      { prepare: (dir) => writeFileSync(join(dir, "services/file"), "") },
    );
    await scanner.service("web").untilRunning();
    assert.equal(children(scanner.runsvdir.pid).length, 1);
    assert.equal(scanner.service(".hidden").has("supervise"), false);
    assert.equal(scanner.stderr, "");
  });

  testBothWays("starts one runsv for two names of one directory", {}, async (t, scan) => {
    const scanner = scan(
      t,
      { web: { run: FOREVER } },
      { prepare: (dir) => symlinkSync("../made/web", join(dir, "services/other")) },
    );
    const { pid } = await scanner.service("web").untilRunning();
    await untilScanned(scanner, "later");
    assert.equal(children(scanner.runsvdir.pid).length, 2);
    assert.equal(scanner.service("web").status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("keeps each runsv in its own session and process group with -P", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { args: ["-P"] });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    assert.equal(kinship(runsv)?.session, runsv);
    assert.equal(kinship(runsv)?.pgrp, runsv);
    assert.equal(kinship(pid)?.session, runsv);
    assert.equal(kinship(pid)?.pgrp, runsv);
  });

  test("keeps each runsv in its own session's group without -P", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    assert.equal(kinship(runsv)?.session, scanner.runsvdir.pid);
    assert.equal(kinship(runsv)?.pgrp, scanner.runsvdir.pid);
  });

  testBothWays("takes '--' for the end of its options", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { args: ["--"] });
    await scanner.service("web").untilRunning();
  });

  testBothWays("leaves a service with ./down alone", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER, down: true } });
    const service = scanner.service("web");
    await service.until("rest", ({ phase, want }) => phase === "down" && want === "down");
  });

  test("tells its usage when it is given no directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsvdir", []);
    assert.deepEqual(outcome, { code: 1, stdout: "", stderr: "usage: runsvdir [-P] dir\n\n" });
  });

  test(
    "tells its usage when it is given an option that it does not know",
    improved("scan-options"),
    async (t) => {
      const box = sandbox(t);
      mkdirSync(join(box.dir, "services"));
      const outcome = await runTool(box, ours, "runsvdir", ["-x", "services"]);
      assert.equal(outcome.code, 1);
      assert.equal(outcome.stdout, "");
      assert.ok(outcome.stderr.endsWith("usage: runsvdir [-P] dir\n\n"), outcome.stderr);
    },
  );
});

describe("runsvdir: what changes", { concurrency: 4 }, () => {
  testBothWays("starts a service that is added", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    await scanner.add("db", { run: FOREVER }).untilRunning();
    assert.equal(scanner.service("web").status().pid, pid);
  });

  test(
    "starts a service that is added at once, without being told",
    improved("scan-notices"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      await soonOnce(async (round) => {
        const addedMs = performance.now();
        await scanner.add(`new-${round}`, { run: FOREVER }).untilRunning();
        return performance.now() - addedMs;
      });
    },
  );

  test("starts a directory that appears by mkdir, before it is filled", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    mkdirSync(join(scanner.services, "db"));
    await scanner.untilRunsv("db");
    await scanner.untilSaid("runsv db: fatal: unable to start ./run: file does not exist\n");
    makeService(join(scanner.services, "db"), { run: FOREVER });
    await scanner.service("db").untilRunning();
  });

  testBothWays(
    "leaves a directory alone that is still being filled",
    improved("settle"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      // One of twenty: a busy machine may take longer than a directory is left alone.
      for (let round = 0; round < 20; round++) {
        const madeMs = performance.now();
        const db = scanner.service(`db-${round}`);
        makeService(db.dir, { run: "echo start >>trace; exec sleep 1000" });
        // A link needs no rest: once its service runs, the scanner has seen the directory too.
        scanner.add(`later-${round}`, { run: FOREVER });
        await scanner.service(`later-${round}`).untilRunning();
        const isSupervised = db.has("supervise");
        makeService(db.dir, { down: true });
        if (performance.now() - madeMs > 700) continue;
        assert.equal(isSupervised, false);
        await db.until("supervised service", ({ phase }) => phase === "down");
        assert.deepEqual(db.lines(), []);
        return;
      }
      assert.fail("nothing was seen within 700 ms");
    },
  );

  testBothWays(
    "starts a directory at once whose time is in the future",
    improved("settle"),
    async (t, scan) => {
      const future = (dir: string) => utimesSync(dir, FUTURE_S, FUTURE_S);
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        { prepare: (dir) => future(join(dir, "services")) },
      );
      await scanner.service("web").untilRunning();
      const made = join(scanner.box.dir, "made/db");
      makeService(made, { run: FOREVER });
      future(made);
      renameSync(made, join(scanner.services, "db"));
      future(scanner.services);
      await scanner.service("db").untilRunning();
    },
  );

  test("ends the runsv of a service that is removed, with its service, and no other", async (t) => {
    const scanner = scan(t, {
      web: { run: FOREVER },
      db: { run: FOREVER, finish: "echo finish >>trace" },
    });
    const web = await scanner.service("web").untilRunning();
    const { pid } = await scanner.service("db").untilRunning();
    const runsv = await scanner.untilRunsv("db");
    scanner.remove("db");
    await scanner.until("end of runsv", () => (isAlive(runsv) ? undefined : true));
    assert.ok(!isAlive(pid));
    assert.equal(readFileSync(join(scanner.box.dir, "made/db/trace"), "utf8"), "finish\n");
    assert.equal(scanner.service("web").status().pid, web.pid);
  });

  testBothWays("ends a removed service at once", improved("scan-notices"), async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await soonOnce(async (round) => {
      const { pid } = await scanner.add(`db-${round}`, { run: FOREVER }).untilRunning();
      const removedMs = performance.now();
      scanner.remove(`db-${round}`);
      await scanner.until("end of the service", () => (isAlive(pid) ? undefined : true));
      return performance.now() - removedMs;
    });
  });

  testBothWays(
    "starts a directory in which files come and go all the time",
    improved("settle"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      const db = scanner.service("db");
      makeService(db.dir, { run: FOREVER });
      const changes = setInterval(() => {
        writeFileSync(db.path("data"), "");
        unlinkSync(db.path("data"));
      }, 50);
      t.after(async () => clearInterval(changes));
      await db.untilRunning();
    },
  );

  testBothWays(
    "starts what `ln -f` or a rename puts in a link's place under the link's name",
    improved("passing-name"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const web = scanner.service("web");
      let { pid } = await web.untilRunning();
      const before = ["CuAb12Cd", "web.new"];
      for (const [index, passing] of before.entries()) {
        makeService(join(scanner.box.dir, `made/v${index}`), {
          run: `echo v${index} >>trace; ${FOREVER}`,
        });
        symlinkSync(`../made/v${index}`, join(scanner.services, passing));
        await untilScanned(scanner, `seen-${index}`);
        scanner.rename(passing, "web");
        await web.untilLines(1);
        ({ pid } = await web.untilRunning(pid));
      }
      const names = children(scanner.runsvdir.pid).map((child) => cmdline(child)[1]);
      assert.deepEqual(
        names.filter((name) => name !== undefined && before.includes(name)),
        [],
      );
      assert.equal(scanner.stderr, "");
    },
  );

  testBothWays("starts a link with a passing name that keeps it", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    await untilScanned(scanner, "Customer");
    await untilScanned(scanner, "web.new");
  });

  testBothWays("starts a removed service anew that comes back", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const { pid } = await scanner.service("db").untilRunning();
    scanner.remove("db");
    await scanner.until("end of the service", () => (isAlive(pid) ? undefined : true));
    symlinkSync("../made/db", join(scanner.services, "db"));
    await scanner.service("db").untilRunning(pid);
  });

  test("lets a service go on that is renamed", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.rename("web", "www");
    await untilScanned(scanner, "later");
    assert.ok(isAlive(runsv));
    assert.equal(scanner.service("www").status().pid, pid);
  });

  test("follows a link to the directory of services that is switched", async (t) => {
    const box = sandbox(t);
    for (const [set, name] of [
      ["day", "web"],
      ["night", "backup"],
    ] as const) {
      makeService(join(box.dir, set, name), { run: FOREVER });
    }
    const link = join(box.dir, "current");
    symlinkSync("day", link);
    const scanner = box.start([join(ours.bin, "runsvdir"), "current"], {
      env: { PATH: `${ours.bin}:/usr/bin:/bin` },
    });
    const service = (path: string) =>
      new ServiceDirectory(join(box.dir, path), () => scanner.stderr());
    const { pid } = await service("day/web").untilRunning();
    symlinkSync("night", `${link}.new`);
    renameSync(`${link}.new`, link);
    await service("night/backup").untilRunning();
    await service("day/web").untilTrue("end of the old service", () => !isAlive(pid));
  });

  test("starts a runsv again that is killed, and leaves the others alone", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const db = await scanner.service("db").untilRunning();
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    sendSignal(runsv, "SIGKILL");
    sendSignal(pid, "SIGKILL");
    await scanner.untilRunsv("web", runsv);
    await scanner.service("web").untilRunning(pid);
    assert.equal(scanner.service("db").status().pid, db.pid);
  });

  test("starts a killed runsv again promptly", improved("scan-notices"), async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    await service.untilRunning();
    await soonOnce(async () => {
      const runsv = await scanner.untilRunsv("web");
      await service.untilTrue("supervisor", () => service.isSupervised());
      const killedMs = performance.now();
      sendSignal(runsv, "SIGKILL");
      await scanner.untilRunsv("web", runsv);
      await service.untilTrue("supervisor", () => service.isSupervised());
      return performance.now() - killedMs;
    });
  });

  test("starts a runsv again that was told to exit", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.service("web").control("x");
    await scanner.untilRunsv("web", runsv);
    await scanner.service("web").untilRunning(pid);
  });

  testBothWays("follows a hundred services that come and go at once", {}, async (t, scan) => {
    const names = Array.from({ length: 100 }, (_, i) => `service-${i}`);
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    for (const name of names) scanner.add(name, { run: FOREVER });
    for (const name of names) await scanner.service(name).untilRunning();
    const pids = names.map((name) => scanner.service(name).status().pid);
    for (const name of names) scanner.remove(name);
    await scanner.until("end of all", () => (pids.some(isAlive) ? undefined : true));
    await scanner.until("end of all runsv", () =>
      children(scanner.runsvdir.pid).filter(isAlive).length === 1 ? true : undefined,
    );
    assert.equal(scanner.service("web").status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("starts more than a thousand services", improved("scan-no-limit"), async (t) => {
    const names = Array.from({ length: 1_050 }, (_, i) => `s${i}`);
    const services = Object.fromEntries(names.map((name) => [name, { run: FOREVER }]));
    const scanner = scan(t, services);
    const running = () =>
      names.filter((name) => {
        const status = scanner.service(name).statusIfThere();
        return status?.phase === "run";
      }).length;
    await scanner.until("1,050 services", () => (running() === names.length ? true : undefined));
    assert.equal(scanner.stderr, "");
  });
});

describe("runsvdir: what is spoilt", { concurrency: 4 }, () => {
  testBothWays(
    "warns of a dangling link, and starts what it points to once it is there",
    {},
    async (t, scan) => {
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        { prepare: (dir) => symlinkSync("../made/nowhere", join(dir, "services/db")) },
      );
      const { pid } = await scanner.service("web").untilRunning();
      await scanner.untilSaid(
        "runsvdir services: warning: unable to stat db: file does not exist\n",
      );
      makeService(join(scanner.box.dir, "made/nowhere"), { run: FOREVER });
      await untilScanned(scanner, "later");
      await scanner.service("db").untilRunning();
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );

  test(
    "keeps a service whose link dangles for a moment",
    improved("scan-keeps-on-stat-error"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const { pid } = await scanner.service("web").untilRunning();
      const runsv = await scanner.untilRunsv("web");
      const home = join(scanner.box.dir, "made/web");
      renameSync(home, `${home}.away`);
      await untilScanned(scanner, "later");
      await scanner.untilSaid(
        "runsvdir services: warning: unable to stat web: file does not exist\n",
      );
      renameSync(`${home}.away`, home);
      await untilScanned(scanner, "later-still");
      assert.ok(isAlive(runsv));
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );

  testBothWays("takes a name of 255 bytes", {}, async (t, scan) => {
    const name = "n".repeat(255);
    const scanner = scan(
      t,
      {},
      {
        prepare: (dir) => makeService(join(dir, "services", name), { run: FOREVER }),
      },
    );
    const { pid } = await scanner.service(name).untilRunning();
    scanner.service(name).control("t");
    await scanner.service(name).untilRunning(pid);
  });

  test("takes a name that is no UTF-8, and passes it on as it is", async (t) => {
    const name = Buffer.from([0x77, 0xff, 0xe9, 0x62]);
    const scanner = scan(
      t,
      {},
      {
        prepare: (dir) => {
          makeService(join(dir, "made/web"), { run: FOREVER });
          symlinkSync("../made/web", Buffer.concat([Buffer.from(`${dir}/services/`), name]));
        },
      },
    );
    const home = new ServiceDirectory(join(scanner.box.dir, "made/web"), () => scanner.stderr);
    await home.untilRunning();
    await scanner.untilRunsv(name.toString("latin1")); // procfs.ts reads one character for a byte
  });

  test("takes names with blanks, quotes and newlines", async (t) => {
    const names = ["a b", "it's", 'say "hi"', "two\nlines", "-P", "$HOME", "%s%n", "*"];
    const scanner = scan(t, Object.fromEntries(names.map((name) => [name, { run: FOREVER }])));
    for (const name of names) {
      await scanner.service(name).untilRunning();
      await scanner.untilRunsv(name);
    }
  });

  const SPOILT = [
    [
      "a file for supervise/",
      (dir: string) => writeFileSync(join(dir, "supervise"), ""),
      "unable to open supervise/lock: not a directory",
    ],
    [
      "a file for supervise/control",
      (dir: string) => {
        mkdirSync(join(dir, "supervise"));
        writeFileSync(join(dir, "supervise/control"), "");
      },
      "supervise/control exists but is not a fifo",
    ],
    [
      "a link that leads in a circle for supervise",
      (dir: string) => symlinkSync("supervise", join(dir, "supervise")),
      "unable to open supervise/lock: symbolic link loop",
    ],
  ] as const;
  for (const [what, spoil, message] of SPOILT) {
    testBothWays(
      `tries a service with ${what} again until it is mended; the others run`,
      {},
      async (t, scan) => {
        const scanner = scan(
          t,
          { web: { run: FOREVER }, db: { run: FOREVER } },
          {
            prepare: (dir) => spoil(join(dir, "made/db")),
          },
        );
        const { pid } = await scanner.service("web").untilRunning();
        const said = `runsv db: fatal: ${message}\n`;
        await scanner.untilSaid(said);
        await scanner.until("a second attempt", () =>
          scanner.stderr.split(said).length > 2 ? true : undefined,
        );
        rmSync(join(scanner.box.dir, "made/db/supervise"), { recursive: true });
        await scanner.service("db").untilRunning();
        assert.equal(scanner.service("web").status().pid, pid);
      },
    );
  }

  test("starts a service again whose fifo was replaced by a file, once that is mended", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const web = await scanner.service("web").untilRunning();
    const db = scanner.service("db");
    const { pid } = await db.untilRunning();
    const runsv = await scanner.untilRunsv("db");
    unlinkSync(db.path("supervise/control"));
    writeFileSync(db.path("supervise/control"), "");
    assert.ok(isAlive(pid), "the running service does not notice");
    sendSignal(runsv, "SIGTERM");
    await scanner.untilSaid("runsv db: fatal: supervise/control exists but is not a fifo\n");
    unlinkSync(db.path("supervise/control"));
    await db.untilRunning(pid);
    assert.equal(scanner.service("web").status().pid, web.pid);
  });

  testBothWays(
    "tries a service again as soon as its directory changes",
    improved("runsv-failing"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      await soonOnce(async (round) => {
        const name = `db-${round}`;
        const db = scanner.add(name, { run: FOREVER, files: { supervise: "" } });
        await scanner.untilSaid(`runsv ${name} exited 111, next try in 5s\n`);
        const mendedMs = performance.now();
        rmSync(db.path("supervise"));
        await db.untilRunning();
        return performance.now() - mendedMs;
      });
    },
  );

  testBothWays(
    "warns when there is no directory, and starts its services once there is",
    {},
    async (t, scan) => {
      const scanner = scan(
        t,
        {},
        { prepare: (dir) => rmSync(join(dir, "services"), { recursive: true }) },
      );
      await scanner.untilSaid(
        "runsvdir services: warning: unable to stat services: file does not exist\n",
      );
      makeService(join(scanner.box.dir, "services.new/web"), { run: FOREVER });
      renameSync(join(scanner.box.dir, "services.new"), scanner.services);
      await scanner.service("web").untilRunning();
    },
  );

  test("leaves its services alone while the directory is away", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    renameSync(scanner.services, `${scanner.services}.away`);
    await scanner.untilSaid(
      "runsvdir services: warning: unable to stat services: file does not exist\n",
    );
    assert.ok(isAlive(runsv));
    renameSync(`${scanner.services}.away`, scanner.services);
    await untilScanned(scanner, "later");
    assert.ok(isAlive(runsv));
    assert.equal(scanner.service("web").status().pid, pid);
  });

  testBothWays(
    "leaves a service running whose directory of definitions is touched",
    {},
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const { pid } = await scanner.service("web").untilRunning();
      writeFileSync(join(scanner.box.dir, "made/web/note"), "");
      utimesSync(scanner.services, new Date(), new Date());
      await untilScanned(scanner, "later");
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );
});

describe("runsvdir: signals", { concurrency: 4 }, () => {
  test("given TERM, ends with 0 and leaves its runsv processes at work", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.runsvdir.signal("SIGTERM");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 0, signal: null });
    assert.ok(isAlive(runsv));
    scanner.service("web").control("t");
    await scanner.service("web").untilRunning(pid);
  });

  test("given HUP, ends its runsv processes and itself with 111", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const names = ["web", "db"];
    const pids: number[] = [];
    for (const name of names) {
      pids.push((await scanner.service(name).untilRunning()).pid, await scanner.untilRunsv(name));
    }
    scanner.runsvdir.signal("SIGHUP");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 111, signal: null });
    await scanner.until("end of all", () => (pids.some(isAlive) ? undefined : true));
    assert.equal(scanner.service("web").stat(), "down");
  });

  test("given HUP, does not wait for a service that does not end", async (t) => {
    const scanner = scan(t, { web: { run: STUBBORN } });
    await scanner.service("web").untilLines(1);
    scanner.runsvdir.signal("SIGHUP");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.service("web").untilStat("run, got TERM, want exit");
  });

  test(
    "is served at once by TERM and HUP, whenever they come",
    improved("scan-signals-at-once"),
    async (t) => {
      for (const [signal, code] of [
        ["SIGTERM", 0],
        ["SIGHUP", 111],
      ] as const) {
        await soonOnce(async () => {
          const scanner = scan(t, { web: { run: FOREVER } });
          await scanner.service("web").untilRunning();
          const sentMs = performance.now();
          scanner.runsvdir.signal(signal);
          assert.equal((await scanner.runsvdir.exit()).code, code);
          return performance.now() - sentMs;
        });
      }
    },
  );

  testBothWays("given ALRM, looks at its directory again", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    await untilScanned(scanner, "later");
    const stamp = statSync(scanner.services);
    // A change that the directory's time does not tell of.
    makeService(join(scanner.box.dir, "made/late"), { run: FOREVER });
    symlinkSync("../made/late", join(scanner.services, "late"));
    utimesSync(scanner.services, stamp.atime, stamp.mtime);
    scanner.runsvdir.signal("SIGALRM");
    await scanner.service("late").untilRunning();
    assert.ok(isAlive(scanner.runsvdir.pid));
  });

  test("killed, leaves its services at work, and the next one takes them once they end", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    await service.untilTrue("supervisor", () => service.isSupervised());
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
    if (originalInPlace) {
      const locked = "runsv web: fatal: unable to lock supervise/lock: temporary failure\n";
      await scanner.untilSaid(locked);
    }
    assert.equal(service.status().pid, pid);
    service.control("x");
    await service.untilRunning(pid);
    await scanner.untilRunsv("web");
  });
});

describe("runsvdir: services that it finds at work", { concurrency: 4 }, () => {
  const restarted = async (scanner: Scan) => {
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
  };
  /** A service that a user may control in the ways that people let him. */
  for (const [how, letIn] of [
    ["all of supervise/", ["-R", "nobody", "supervise"]],
    ["the fifos", ["nobody", "supervise/control", "supervise/ok"]],
  ] as const) {
    const skip = process.getuid?.() !== 0 && "takes root";
    test(`it knows them also where a user owns ${how}`, {
      skip: originalInPlace || skip,
    }, async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const web = new ServiceDirectory(join(scanner.box.dir, "made/web"));
      const { pid } = await web.untilRunning();
      await web.untilTrue("supervisor", () => web.isSupervised());
      execFileSync("chown", letIn, { cwd: web.dir });
      await restarted(scanner);
      await untilScanned(scanner, "later");
      assert.equal(web.status().pid, pid);
      scanner.remove("web");
      await web.untilStat("down");
      assert.equal(scanner.stderr, "");
    });
  }

  test(
    "it leaves alone those whose supervise/ another service leads to",
    improved("own-files"),
    async (t) => {
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        {
          prepare: (dir) => {
            makeService(join(dir, "made/evil"), { run: FOREVER });
            symlinkSync("../state", join(dir, "made/web/supervise"));
            mkdirSync(join(dir, "state"));
          },
        },
      );
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      await web.untilTrue("supervisor", () => web.isSupervised());
      scanner.runsvdir.signal("SIGKILL");
      await scanner.runsvdir.exit();
      symlinkSync("../web/supervise", join(scanner.box.dir, "made/evil/supervise"));
      symlinkSync("../made/evil", join(scanner.services, "evil"));
      scanner.startAgain();
      await scanner.untilSaid(
        "runsv evil: fatal: unable to lock supervise/lock: temporary failure\n",
      );
      scanner.remove("evil");
      await untilScanned(scanner, "later");
      assert.equal(web.status().pid, pid);
      assert.equal(web.status().want, "up");
    },
  );
});

describe("runsvdir: its message area", { concurrency: 4 }, () => {
  const AREA = `log: ${".".repeat(60)}`;
  const area = (scanner: Scan) => cmdline(scanner.runsvdir.pid).at(-1) ?? "";

  testBothWays(
    "takes what its services write to standard error into its last argument",
    {},
    async (t, scan) => {
      const scanner = scan(t, { web: { run: `echo disaster >&2; ${FOREVER}` } }, { log: AREA });
      await scanner.until("message", () => (area(scanner).includes("disaster") ? true : undefined));
      assert.ok(area(scanner).startsWith("log: "), area(scanner));
      assert.equal(area(scanner).length, AREA.length);
      assert.equal(scanner.stderr, "");
    },
  );

  testBothWays("keeps the end of what was written", {}, async (t, scan) => {
    const run = `i=0; while [ $i -lt 99 ]; do i=$((i+1)); echo line $i >&2; done; ${FOREVER}`;
    const scanner = scan(t, { web: { run } }, { log: AREA });
    await scanner.until("last line", () =>
      area(scanner).endsWith("line 99\n") ? true : undefined,
    );
    assert.match(area(scanner), /^log: .*line 98\nline 99\n$/s);
  });

  test("is shown by ps with the command it was started by", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { log: AREA, args: ["-P"] });
    await scanner.service("web").untilRunning();
    assert.match(cmdline(scanner.runsvdir.pid).join(" "), /runsvdir -P services log: /);
  });

  test("shorter than seven characters is refused, and its services write to its standard error", async (t) => {
    const scanner = scan(t, { web: { run: `echo disaster >&2; ${FOREVER}` } }, { log: "log: ." });
    await scanner.untilSaid("disaster\n");
    assert.ok(
      scanner.stderr.startsWith(
        "runsvdir services: warning: log must have at least seven characters.\n" +
          "runsvdir services: warning: log service disabled.\n",
      ),
      scanner.stderr,
    );
  });

  testBothWays(
    "makes no service lose what it writes",
    improved("scan-log-blocking"),
    async (t, scan) => {
      const run = [
        "head -c 200000 /dev/zero | tr '\\0' x >&2",
        'echo "done $?" >>trace',
        FOREVER,
      ].join("\n");
      const scanner = scan(t, { web: { run } }, { log: AREA });
      const service = scanner.service("web");
      assert.deepEqual(await service.untilLines(1), ["done 0"]);
      const { pid } = await service.untilRunning();
      const flags = Number.parseInt(openFiles(pid).get(2)?.flags ?? "", 8);
      assert.equal(flags & 0o4000, 0, "standard error is not non-blocking");
    },
  );
});

test("the scanner makes nothing in its directory", async (t) => {
  const scanner = scan(t, { web: { run: FOREVER } });
  await scanner.service("web").untilRunning();
  await unchanged(() => readdirSync(scanner.services).join(), 300);
  assert.deepEqual(readdirSync(scanner.services), ["web"]);
});
