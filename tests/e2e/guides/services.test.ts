/** services.md: its commands and scripts, typed as they are printed. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { guideBlock, guideText, SERVER } from "../../support/guide.ts";
import { Machine, machineFor } from "../../support/machine.ts";
import { cmdline, environ, limits, statusLines } from "../../support/procfs.ts";
import { FOREVER, ServiceDirectory } from "../../support/service.ts";

describe("services.md, typed as root", { concurrency: 2 }, () => {
  test(
    "the complete service runs as its user, and its log belongs to the logger's",
    machineFor("curl"),
    async (t) => {
      const machine = new Machine(t);
      machine.write("srv/shop/server.mjs", SERVER);
      machine.add("db", { run: FOREVER });
      await machine.type(guideBlock("services.md", "useradd --system --user-group --create-home"));
      await machine.type(
        guideBlock("services.md", "useradd --system --user-group --no-create-home"),
      );
      assert.match(await machine.type("sv -w 60 start shop"), /^ok: run: shop: /);
      const shop = machine.service("shop");
      const { pid } = shop.status();
      const [uid, logUid] = (await machine.type("id -u shop; id -u log")).split("\n");
      assert.equal(statusLines(pid).get("Uid")?.split("\t")[0], uid);
      const variables = environ(pid).filter((entry) => /^(HOME|USER|PORT)=/.test(entry));
      assert.deepEqual(variables.sort(), ["HOME=/var/lib/shop", "PORT=8080", "USER=shop"]);
      assert.match(limits(pid), /^Max open files +4096 +4096 /m);
      const [line = "", ...more] = await shop.log.untilLines(1, "main/current");
      assert.match(line, / ready$/);
      assert.deepEqual(more, []);
      assert.equal(`${statSync(shop.log.path("main/current")).uid}`, logUid);
    },
  );

  test(
    "a service that asks by check and status does not start what is down on purpose",
    machineFor(),
    async (t) => {
      const machine = new Machine(t);
      machine.add("db", { run: FOREVER });
      await machine.type("sv -w 60 start db");
      machine.add("app", {
        run: `echo try >>trace\n${guideBlock("services.md", "sv -w 20 check db")}exec sleep 1000`,
      });
      await machine.type("sv -w 60 start app");
      const app = machine.service("app");
      const { pid } = await app.untilRunning();
      await app.untilTrue("sleep", () => cmdline(pid)[0] === "sleep");
      await machine.type("sv -w 60 stop db && sv kill app");
      await app.untilLines(4);
      assert.equal(machine.service("db").stat(), "down");
      await machine.type("sv -w 60 start db");
      const asleep = () => cmdline(app.status().pid)[0] === "sleep";
      await app.untilTrue("app with db", asleep);
    },
  );

  test(
    "a one-shot is awaited, is not repeated by check, and shows its exit code",
    machineFor(),
    async (t) => {
      const machine = new Machine(t);
      machine.write(
        "srv/shop/migrate.mjs",
        'import { existsSync } from "node:fs";\nconsole.log("migrating");\nprocess.exit(existsSync("/srv/ok") ? 0 : 3);\n',
      );
      await machine.type(guideBlock("services.md", "mkdir -p /etc/sv/migrate"));
      const [check, restart] = ["sv -w 600 check migrate", "sv -w 600 restart migrate"];
      assert.ok([check, restart].every((command) => guideText("services.md").includes(command)));
      const migrate = machine.service("migrate");
      const ends = () => /^endings \d+$/m.exec(migrate.text("supervise/history"))?.[0];
      assert.equal((await machine.run("sv -w 60 start migrate")).code, 1);
      assert.match(await machine.type("sv why migrate"), /^ {2}ended .*\bexit 3\b/m);
      const failed = ends();
      assert.equal((await machine.run(check)).code, 1);
      assert.equal(ends(), failed);

      machine.write("srv/ok", "");
      await machine.type(restart);
      const { pid } = migrate.status();
      await machine.type(check);
      assert.equal(migrate.status().pid, pid);
      await machine.type(restart);
      assert.notEqual(migrate.status().pid, pid);
      assert.deepEqual(cmdline(migrate.status().pid), ["sleep", "infinity"]);
    },
  );

  test(
    "the job by the clock runs once for each time, and never twice at once",
    machineFor(),
    async (t) => {
      const machine = new Machine(t);
      machine.write(
        "srv/shop/backup",
        "#!/bin/sh\necho start >>trace\nuntil [ -e go ]; do sleep 0.01; done\nexit 4\n",
        0o755,
      );
      await machine.type("chown www-data /srv/shop");
      await machine.type(guideBlock("services.md", "mkdir -p /etc/sv/backup"));
      const [, path, command] =
        /^(PATH=.*)\n0 3 \* \* \* root (.*)\n$/.exec(
          readFileSync(machine.path("etc/cron.d/backup"), "utf8"),
        ) ?? [];
      const backup = machine.service("backup");
      const job = new ServiceDirectory(machine.path("srv/shop"));
      await backup.untilStat("down");
      const byCron = `env -i ${path} sh -c '${command}'`;
      assert.equal(await machine.type(byCron), "");
      await job.untilLines(1);
      await machine.type(byCron);
      machine.write("srv/shop/go", "");
      await backup.until("end", ({ phase, want }) => phase === "down" && want === "down");
      assert.deepEqual(job.lines(), ["start"]);
      assert.match(await machine.type("sv why backup"), /^ {2}ended .*\bexit 4\b/m);
      await machine.type(byCron);
      await job.untilLines(2);
    },
  );
});

test(
  "a tree without root starts its service, and runsv accepts each limit file",
  machineFor("setpriv"),
  async (t) => {
    const machine = new Machine(t);
    await machine.type("useradd --system --no-create-home --home-dir /srv/home anna");
    machine.write("srv/home/sv/web/run", "#!/bin/sh\nexec sleep 1000\n", 0o755);
    const limitFiles = guideBlock("services.md", "echo 10000 >web/timeout-kill");
    const commands = guideBlock("services.md", "mkdir -p ~/sv").replace(
      /^runsvdir .*$/m,
      "env --default-signal=INT,QUIT runsvdir ~/service 2>~/messages &",
    );
    machine.write(
      "srv/home/script",
      `cd ~/sv\n${limitFiles}cd\n${commands.replace("sv status", "sv -w 60 start")}`,
    );
    await machine.type("chown -R anna /srv/home");
    const as = "HOME=/srv/home setpriv --reuid anna --regid nogroup --clear-groups";
    assert.match(await machine.type(`${as} sh -e /srv/home/script`), /^ok: run: web: /);
    await machine.type(`${as} sv -w 60 stop /srv/home/service/web`);
    assert.equal(readFileSync(machine.path("srv/home/messages"), "utf8"), "");
  },
);

test("the scripts of a package start, restart and end its service", machineFor(), async (t) => {
  const machine = new Machine(t);
  const web = machine.service("web");
  machine.write("etc/sv/web/run", "#!/bin/sh\nexec sleep 1000\n", 0o755);
  machine.write(
    "srv/postinst",
    guideBlock("services.md", '#!/bin/sh\nset -e\nif [ "$1" = configure'),
    0o755,
  );
  machine.write(
    "srv/prerm",
    guideBlock("services.md", '#!/bin/sh\nset -e\nif [ "$1" = remove'),
    0o755,
  );
  await machine.type("/srv/postinst configure ''");
  const { pid } = await web.untilRunning();
  await machine.type("/srv/postinst configure 1.0");
  const next = await web.untilRunning(pid);
  await machine.type("/srv/prerm upgrade");
  assert.equal(web.status().pid, next.pid);
  await machine.type("/srv/prerm remove");
  await web.untilTrue("no supervisor", () => !web.isSupervised());
  assert.equal(web.stat(), "down");
});
