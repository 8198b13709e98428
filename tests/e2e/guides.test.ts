/** Recipes of the guides, as they are printed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { guideBlock, guideText } from "../support/guide.ts";
import { Machine, machineFor } from "../support/machine.ts";
import { cmdline, environ, limits, statusLines } from "../support/procfs.ts";
import { runTool } from "../support/run.ts";
import { scan } from "../support/scan.ts";
import { ServiceDirectory } from "../support/service.ts";
import { ours } from "../support/suite.ts";

test("restart on failure only: what sv ends comes back, and what exits 0 does not", async (t) => {
  const tree = scan(
    t,
    {
      web: {
        run: [
          "trap 'exit 0' TERM",
          "echo start >>trace",
          'until [ -e code ]; do sleep 0.01; done; code=$(cat code); rm code; exit "$code"',
        ].join("\n"),
      },
    },
    {
      prepare: (dir) =>
        execFileSync("sh", ["-ec", guideBlock("migrate.md", "mkdir -p control")], {
          cwd: `${dir}/made/web`,
        }),
    },
  );
  const web = tree.service("web");
  const sv = (command: string) =>
    runTool(tree.box, ours, "sv", ["-w", "60", command, web.dir], {
      env: { PATH: `${ours.bin}:/usr/bin:/bin` },
    });
  let { pid } = await web.untilRunning();
  await web.untilLines(1);
  for (const command of ["restart", "try-restart", "force-restart"]) {
    const { code, stdout } = await sv(command);
    assert.deepEqual([code, stdout.slice(0, 7)], [0, "ok: run"]);
    ({ pid } = await web.untilRunning(pid));
  }
  execFileSync("sh", ["-c", "echo 3 >code"], { cwd: web.dir });
  await web.untilRunning(pid);
  execFileSync("sh", ["-c", "echo 0 >code"], { cwd: web.dir });
  await web.untilTrue("not wanted up", () => web.status().want === "down");
  await web.untilStat("down");
  assert.equal((await sv("start")).code, 0);
  await web.untilRunning();
});

/** Serves the number of the release that it is in, and answers what it has accepted before it ends. */
const SERVER = `
import { createServer } from "node:http";
import { basename } from "node:path";
const release = basename(process.cwd());
const server = createServer((request, response) => response.end(release));
server.listen(Number(process.env.PORT), () => console.log("ready"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
/** Asks both instances in turn as a proxy does: the other one, if the first refuses. Each answer is a line. */
const CLIENT = `
import { appendFileSync, existsSync } from "node:fs";
const ask = async (turn) => {
  const url = "http://127.0.0.1:" + [8081, 8082][turn % 2];
  return (await fetch(url, { headers: { connection: "close" } })).text();
};
for (let turn = 0; !existsSync("/srv/stop"); turn++) {
  const release = await ask(turn).catch(() => ask(turn + 1));
  appendFileSync("/srv/answers", release + "\\n");
}
`;
const DB =
  "mkdir -p /etc/sv/db && cd /etc/sv/db && echo '#!/bin/sh\nexec sleep 1000' >run && chmod +x run && ln -s /etc/sv/db /etc/service/";

describe("services.md, typed as root", { concurrency: 2 }, () => {
  test(
    "the complete service runs as its user, and its log belongs to the logger's",
    machineFor("curl"),
    async (t) => {
      const machine = new Machine(t);
      machine.write("srv/shop/server.mjs", SERVER);
      await machine.type(DB);
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
      await machine.type(DB);
      await machine.type("sv -w 60 start db");
      machine.write(
        "etc/sv/app/run",
        `#!/bin/sh\necho try >>trace\n${guideBlock("services.md", "sv -w 20 check db")}exec sleep 1000\n`,
        0o755,
      );
      await machine.type("ln -s /etc/sv/app /etc/service/ && sv -w 60 start app");
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
    "a one-shot is awaited, fails with its exit code, and is not repeated by start",
    machineFor(),
    async (t) => {
      const machine = new Machine(t);
      machine.write(
        "srv/shop/migrate.mjs",
        'import { existsSync } from "node:fs";\nconsole.log("migrating");\nprocess.exit(existsSync("/srv/ok") ? 0 : 3);\n',
      );
      await machine.type(guideBlock("services.md", "mkdir -p /etc/sv/migrate"));
      const [start, restart] = ["sv -w 600 start migrate", "sv -w 600 restart migrate"];
      assert.ok([start, restart].every((command) => guideText("services.md").includes(command)));
      assert.equal((await machine.run(start)).code, 1);
      assert.match(await machine.type("sv report migrate"), /^ {2}last exit: code 3, /m);
      machine.write("srv/ok", "");
      await machine.type(start);
      const { pid } = await machine.service("migrate").untilRunning();
      await machine.type(start);
      assert.equal(machine.service("migrate").status().pid, pid);
      await machine.type(restart);
      assert.notEqual(machine.service("migrate").status().pid, pid);
      assert.deepEqual(cmdline(machine.service("migrate").status().pid), ["sleep", "infinity"]);
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
      assert.match(await machine.type("sv report backup"), /^ {2}last exit: code 4, /m);
      await machine.type(byCron);
      await job.untilLines(2);
    },
  );
});

describe("operating.md, typed as root", { concurrency: 2 }, () => {
  test("a deployment in turn loses no request", machineFor("curl"), async (t) => {
    const machine = new Machine(t);
    await machine.type(DB);
    const install = guideBlock("services.md", "useradd --system --user-group --create-home");
    const [account = "", ...make] = install.split("\n");
    await machine.type(account);
    for (const release of ["41", "42"])
      machine.write(`srv/shop/releases/${release}/server.mjs`, SERVER);
    await machine.type("ln -s releases/41 /srv/shop/current");
    for (const number of [1, 2]) {
      const script = make
        .join("\n")
        .replaceAll("/etc/sv/shop", `/etc/sv/shop-${number}`)
        .replaceAll("8080", `808${number}`)
        .replace("-C /srv/shop", "-C /srv/shop/current");
      await machine.type(
        `${script}\nln -s /etc/sv/shop-${number} /etc/service/\nsv -w 60 start shop-${number}`,
      );
    }
    machine.write("srv/client.mjs", CLIENT);
    const client = machine.run("node /srv/client.mjs");
    const answers = new ServiceDirectory(machine.path("srv"));
    await answers.untilLines(10, "answers");
    await machine.type(guideBlock("operating.md", "cd /srv/shop"));
    const before = answers.lines("answers").length;
    await answers.untilLines(before + 10, "answers");
    machine.write("srv/stop", "");
    assert.equal((await client).code, 0);
    const seen = answers.lines("answers");
    assert.deepEqual([...new Set(seen)].sort(), ["41", "42"]);
    assert.deepEqual([...new Set(seen.slice(before))], ["42"]);
  });

  test("a group controls the service, and nobody else does", machineFor("setpriv"), async (t) => {
    const machine = new Machine(t);
    const modes = guideBlock("operating.md", "for dir in supervise");
    machine.write("etc/sv/shop/run", `#!/bin/sh\n${modes}exec sleep 1000\n`, 0o755);
    machine.write("etc/sv/shop/log/run", "#!/bin/sh\nexec cat\n", 0o755);
    await machine.type("groupadd --system deploy && useradd --system --groups deploy anna");
    await machine.type("ln -s /etc/sv/shop /etc/service/ && sv -w 60 start shop");
    const as = (user: string, command: string) =>
      machine.run(`setpriv --reuid ${user} --regid nogroup --init-groups ${command}`);
    await machine
      .service("shop")
      .untilTrue("sleep", () => cmdline(machine.service("shop").status().pid)[0] === "sleep");
    for (const [command, said] of [
      ["restart shop", /^ok: run: shop: /],
      ["status shop", /^run: shop: .*; run: log: /],
      ["check shop", /^ok: run: /],
      ["-v hup shop/log", /^ok: run: shop\/log: /],
    ] as const) {
      const { code, stdout, stderr } = await as("anna", `sv -w 60 ${command}`);
      assert.deepEqual([code, stderr], [0, ""], command + stdout);
      assert.match(stdout, said);
    }
    const { code, stdout } = await as("www-data", "sv -w 60 restart shop");
    assert.equal(code, 1);
    assert.match(stdout, /access denied/);
  });

  test(
    "logs of several services are read in the order of time, rotated ones too",
    machineFor(),
    async (t) => {
      const machine = new Machine(t);
      const dirs = ["shop", "db"].map((name) => `/etc/sv/${name}/log/main`);
      await machine.type(dirs.map((dir) => `mkdir -p ${dir}`).join("\n"));
      await machine.type("ln -s /etc/sv/shop /etc/sv/db /etc/service/");
      const at = (minutesAgo: number, t = "_") =>
        new Date(Date.now() - minutesAgo * 60_000).toISOString().replace("T", t).replace("Z", "00");
      const label = "@400000006592008a000000ff.s"; // 2024-01-01 00:00:00 UTC with ten seconds of TAI
      machine.write(`etc/sv/shop/log/main/${label}`, `${at(20)} too old\n${at(8)} first\n`);
      machine.write("etc/sv/shop/log/main/current", `${at(6)} third\n`);
      machine.write("etc/sv/shop/log/main/config", "s10m\n");
      machine.write("etc/sv/db/log/main/current", `${at(7, "T")} second\n${at(5, "T")} fourth\n`);
      await machine.type(
        `cd /etc/sv/shop/log/main && gzip <${label} >zipped && mv zipped ${label}`,
      );
      const read = await machine.type(guideBlock("operating.md", "since="));
      assert.deepEqual(
        read
          .trimEnd()
          .split("\n")
          .map((line) => line.replace(/^\S+ /, "")),
        ["shop: first", "db: second", "shop: third", "db: fourth"],
      );
      assert.equal(
        await machine.type(
          `TZ=UTC; export TZ; ${guideBlock("operating.md", "cd /etc/service/shop/log/main")}`,
        ),
        `2024-01-01 00:00:00  ${label}\n`,
      );
    },
  );
});
