/**
 * migrate.md: its service directories, made as they are printed. tests/clients has what needs
 * runit.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { describe, test } from "node:test";
import { guideBlock } from "../../support/guide.ts";
import { Machine, machineFor } from "../../support/machine.ts";
import { environ, limits, statusLines } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../../support/service.ts";
import { ours } from "../../support/suite.ts";

test("restart on failure only: what sv ends comes back, and what exits 0 does not", async (t) => {
  const tree = scan(
    t,
    {
      web: {
        run: [
          "trap 'exit 0' TERM",
          "echo start >>trace",
          'until [ -s code ]; do sleep 0.01; done; code=$(cat code); rm code; exit "$code"',
        ].join("\n"),
      },
    },
    {
      prepare: (dir) =>
        execFileSync("sh", ["-ec", guideBlock("migrate.md", "echo on-failure")], {
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

/** Reports the state that it was started in, and ends by INT only. */
const WORKER = `
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
print(os.environ["QUEUE"], os.environ.get("EXTRA"), *sys.argv[1:], os.getcwd(), flush=True)
while True:
    signal.pause()
`;
const SHOP = `
import { createServer } from "node:http";
createServer((request, response) => response.end()).listen(process.env.PORT, () => {
  console.log(process.env.PORT, ...process.execArgv, ...process.argv.slice(2), process.cwd());
});
`;

describe("migrate.md, typed as root", { concurrency: 2 }, () => {
  const userOf = (service: ServiceDirectory) =>
    statusLines(service.status().pid).get("Uid")?.split("\t")[0];
  const lastLine = async (service: ServiceDirectory, count = 1) =>
    (await service.log.untilLines(count, "main/current")).at(-1)?.replace(/^\S+ /, "");

  test("the program of supervisord is two services", machineFor("python3"), async (t) => {
    const machine = new Machine(t);
    machine.write("srv/shop/worker.py", WORKER);
    await machine.type(guideBlock("migrate.md", "mkdir -p /etc/sv/worker-0/log/main"));
    const user = (await machine.type("id -u www-data")).trimEnd();
    for (const number of [0, 1]) {
      const worker = machine.service(`worker-${number}`);
      assert.equal(await lastLine(worker), `orders None --queue ${number} /srv/shop`);
      assert.equal(userOf(worker), user);
    }
    await machine.type("sv -w 60 stop worker-0");
    assert.match(await machine.type("sv why worker-0"), /^ {2}ended .*\bexit 0\b/m);
  });

  test("the app of pm2 is a service", machineFor(), async (t) => {
    const machine = new Machine(t);
    machine.write("srv/shop/server.mjs", SHOP);
    await machine.type(guideBlock("migrate.md", "mkdir -p /etc/sv/shop/log/main"));
    await machine.type("sv -w 60 start shop");
    assert.equal(
      await lastLine(machine.service("shop")),
      "8080 --enable-source-maps --verbose /srv/shop",
    );
  });

  test(
    "the unit of systemd is a service, with an environment file or without",
    machineFor("python3"),
    async (t) => {
      const machine = new Machine(t);
      machine.write("srv/shop/worker.py", WORKER);
      machine.add("db", { run: FOREVER });
      await machine.type(guideBlock("migrate.md", "mkdir -p /etc/sv/worker/log/main"));
      const worker = machine.service("worker");
      assert.equal(await lastLine(worker), "orders None --queue 0 /srv/shop");
      const { pid } = worker.status();
      assert.match(limits(pid), /^Max open files +4096 +4096 /m);
      assert.ok(environ(pid).includes("HOME=/var/www"));
      assert.equal(`${statSync(machine.path("run/worker")).uid}`, userOf(worker));
      machine.write("etc/shop.env", "EXTRA=1\n");
      await machine.type("sv -w 60 restart worker");
      assert.equal(await lastLine(worker, 2), "orders 1 --queue 0 /srv/shop");
    },
  );

  test("the service of docker-compose waits for the migration", machineFor("curl"), async (t) => {
    const machine = new Machine(t);
    machine.write(
      "srv/shop/server.mjs",
      `import { existsSync } from "node:fs";\nconsole.log(existsSync("done"));${SHOP}`,
    );
    const migrate = 'setTimeout(() => writeFileSync("done", ""), 500);';
    machine.write("srv/shop/migrate.mjs", `import { writeFileSync } from "node:fs";\n${migrate}`);
    await machine.type("chown www-data /srv/shop");
    await machine.type(guideBlock("services.md", "mkdir -p /etc/sv/migrate"));
    await machine.type(guideBlock("migrate.md", "mkdir -p /etc/sv/web/log/main"));
    await machine.type("sv -w 60 start web");
    const lines = await machine.service("web").log.untilLines(2, "main/current");
    assert.deepEqual(
      lines.map((line) => line.replace(/^\S+ /, "")),
      ["true", "8080 /srv/shop"],
    );
  });
});
