/** operating.md: its commands and scripts, typed as they are printed; those for nginx are not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guideBlock, SERVER } from "../../support/guide.ts";
import { Machine, machineFor } from "../../support/machine.ts";
import { cmdline } from "../../support/procfs.ts";
import { FOREVER, ServiceDirectory } from "../../support/service.ts";

/**
 * Asks both instances in turn as a proxy does: the other one, if the first refuses. Each answer is
 * a line.
 */
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

describe("operating.md, typed as root", { concurrency: 2 }, () => {
  test("a deployment in turn loses no request", machineFor("curl"), async (t) => {
    const machine = new Machine(t);
    machine.add("db", { run: FOREVER });
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
    // The client may have held one more answer of before.
    assert.deepEqual([...new Set(seen.slice(before + 1))], ["42"]);
  });

  test("a group controls the service, and nobody else does", machineFor("setpriv"), async (t) => {
    const machine = new Machine(t);
    const modes = guideBlock("operating.md", "for dir in supervise");
    await machine.type("groupadd --system deploy && useradd --system --groups deploy anna");
    // As svlogd, the logger survives a HUP.
    const logger = "trap '' HUP\nexec cat";
    const shop = machine.add("shop", { run: `${modes}${FOREVER}`, log: { run: logger } });
    await machine.type("sv -w 60 start shop");
    const as = (user: string, command: string) =>
      machine.run(`setpriv --reuid ${user} --regid nogroup --init-groups ${command}`);
    await shop.untilTrue("sleep", () => cmdline(shop.status().pid)[0] === "sleep");
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
      // 2024-01-01 00:00:00 UTC with ten seconds of TAI.
      const label = "@400000006592008a000000ff.s";
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
