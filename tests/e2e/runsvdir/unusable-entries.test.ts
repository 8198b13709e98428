/** runsvdir with entries that are broken, oddly named or gone for a while. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { soonOnce } from "../../support/wait.ts";

describe("runsvdir: what is spoilt", { concurrency: 4 }, () => {
  testBothWays(
    "runsvdir warns of a dangling link, and starts what it points to once it is there",
    {},
    async (t, scan) => {
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        { prepare: (dir) => symlinkSync("../made/nowhere", join(dir, "services/db")) },
      );
      const { pid } = await scanner.service("web").untilRunning();
      await scanner.untilMessage(
        "runsvdir services: warning: unable to stat db: file does not exist\n",
      );
      makeService(join(scanner.box.dir, "made/nowhere"), { run: FOREVER });
      await scanner.untilScanned("later");
      await scanner.service("db").untilRunning();
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );

  test(
    "runsvdir keeps a service whose link dangles for a moment",
    improved("scan-keeps-on-stat-error"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const { pid } = await scanner.service("web").untilRunning();
      const runsv = await scanner.untilRunsv("web");
      const home = join(scanner.box.dir, "made/web");
      renameSync(home, `${home}.away`);
      await scanner.untilScanned("later");
      await scanner.untilMessage(
        "runsvdir services: warning: unable to stat web: file does not exist\n",
      );
      renameSync(`${home}.away`, home);
      await scanner.untilScanned("later-still");
      assert.ok(isAlive(runsv));
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );

  testBothWays("runsvdir takes a name of 255 bytes", {}, async (t, scan) => {
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

  test("runsvdir takes a name that is no UTF-8, and passes it on as it is", async (t) => {
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

  test("runsvdir takes names with blanks, quotes and newlines", async (t) => {
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
      `runsvdir tries a service with ${what} again until it is mended; the others run`,
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
        await scanner.untilMessage(said);
        await scanner.until("a second attempt", () =>
          scanner.stderr.split(said).length > 2 ? true : undefined,
        );
        rmSync(join(scanner.box.dir, "made/db/supervise"), { recursive: true, maxRetries: 10 });
        await scanner.service("db").untilRunning();
        assert.equal(scanner.service("web").status().pid, pid);
      },
    );
  }

  test("runsvdir starts a service again whose fifo was replaced by a file, once that is mended", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const web = await scanner.service("web").untilRunning();
    const db = scanner.service("db");
    const { pid } = await db.untilRunning();
    const runsv = await scanner.untilRunsv("db");
    unlinkSync(db.path("supervise/control"));
    writeFileSync(db.path("supervise/control"), "");
    assert.ok(isAlive(pid), "the running service does not notice");
    sendSignal(runsv, "SIGTERM");
    await scanner.untilMessage("runsv db: fatal: supervise/control exists but is not a fifo\n");
    unlinkSync(db.path("supervise/control"));
    await db.untilRunning(pid);
    assert.equal(scanner.service("web").status().pid, web.pid);
  });

  testBothWays(
    "runsvdir tries a service again as soon as its directory changes",
    improved("runsv-failing"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      await soonOnce(async (round) => {
        const name = `db-${round}`;
        const db = scanner.add(name, { run: FOREVER, files: { supervise: "" } });
        await scanner.untilMessage(`runsv ${name} exited 111, next try in 5s\n`);
        const mendedMs = performance.now();
        rmSync(db.path("supervise"));
        await db.untilRunning();
        return performance.now() - mendedMs;
      });
    },
  );

  testBothWays(
    "runsvdir warns when there is no directory, and starts its services once there is",
    {},
    async (t, scan) => {
      const scanner = scan(
        t,
        {},
        { prepare: (dir) => rmSync(join(dir, "services"), { recursive: true }) },
      );
      await scanner.untilMessage(
        "runsvdir services: warning: unable to stat services: file does not exist\n",
      );
      makeService(join(scanner.box.dir, "services.new/web"), { run: FOREVER });
      renameSync(join(scanner.box.dir, "services.new"), scanner.services);
      await scanner.service("web").untilRunning();
    },
  );

  test("runsvdir leaves its services alone while the directory is away", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    renameSync(scanner.services, `${scanner.services}.away`);
    await scanner.untilMessage(
      "runsvdir services: warning: unable to stat services: file does not exist\n",
    );
    assert.ok(isAlive(runsv));
    renameSync(`${scanner.services}.away`, scanner.services);
    await scanner.untilScanned("later");
    assert.ok(isAlive(runsv));
    assert.equal(scanner.service("web").status().pid, pid);
  });

  testBothWays(
    "runsvdir leaves a service running whose directory of definitions is touched",
    {},
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const { pid } = await scanner.service("web").untilRunning();
      writeFileSync(join(scanner.box.dir, "made/web/note"), "");
      utimesSync(scanner.services, new Date(), new Date());
      await scanner.untilScanned("later");
      assert.equal(scanner.service("web").status().pid, pid);
    },
  );
});
