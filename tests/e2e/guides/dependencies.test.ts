/** services.md: a database, a migration and a web server, as they are printed, with Debian's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readReady } from "../../../protocol/ready.ts";
import { guideBlock } from "../../support/guide.ts";
import { Machine, machineFor } from "../../support/machine.ts";
import { cmdline, comm, kinship } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type ServiceDirectory, sinceMs } from "../../support/service.ts";

const NEEDED = machineFor("redis-server", "redis-cli", "nginx", "curl");

/** What Debian's packages make, and the machine does not have. */
const STATE = `mkdir -p /var/log/nginx /var/lib/nginx /var/lib/redis /srv
chown redis /var/lib/redis`;

/** The moment at which it became ready. */
function readyMs(service: ServiceDirectory): number {
  const readyAt = readReady(service.text("supervise/ready"))?.readyAt;
  assert.ok(readyAt !== undefined, service.tell());
  return sinceMs({ since: readyAt });
}

async function untilDown(services: readonly ServiceDirectory[]): Promise<number[]> {
  const times: number[] = [];
  for (const service of services) {
    times.push(sinceMs(await service.until("down", ({ phase }) => phase === "down")));
  }
  return times;
}

function assertAscending(times: readonly number[]): void {
  assert.deepEqual(
    [...times].sort((one, other) => one - other),
    times,
  );
}

test(
  "redis, a migration and nginx start in order, survive, and stop in reverse",
  NEEDED,
  async (t) => {
    const machine = new Machine(t);
    await machine.type(STATE);
    const started = await machine.type(guideBlock("services.md", "mkdir -p /etc/sv/redis"));
    assert.match(started, /^ok: run: nginx: /);
    const services = ["redis", "migrate", "nginx"].map((name) => machine.service(name));
    const [redis, migrate, nginx] = services as [
      ServiceDirectory,
      ServiceDirectory,
      ServiceDirectory,
    ];
    const assertOrder = () =>
      assertAscending([
        readyMs(redis),
        sinceMs(migrate.status()),
        readyMs(migrate),
        sinceMs(nginx.status()),
      ]);
    assertOrder();
    assert.match(await machine.type("curl -s http://localhost/"), /nginx/);
    assert.deepEqual(cmdline(migrate.status().pid), ["pause"]);

    const pids = () => services.map((service) => service.status().pid);
    const before = pids();
    await machine.type("sv -w 60 restart redis");
    assert.deepEqual(pids().slice(1), before.slice(1));
    assert.notEqual(pids()[0], before[0]);

    const running = pids();
    for (const service of services) {
      const { pid } = service.status();
      const supervisor = kinship(pid)?.ppid ?? 0;
      assert.equal(comm(supervisor), "runsv");
      sendSignal(supervisor, "SIGKILL");
      await service.untilTrue("orphan", () => kinship(pid)?.ppid !== supervisor);
      await service.untilSupervised();
    }
    assert.deepEqual(pids(), running);

    await machine.type("sv -w 60 stop redis");
    assertAscending(await untilDown([nginx, migrate, redis]));
    assert.match(await machine.type("sv status nginx"), /, want up, waiting for migrate$/m);
    await machine.type("sv -w 60 start redis && sv -w 60 check nginx");
    assertOrder();
    assert.equal(await machine.type("redis-cli get schema"), "2\n");
  },
);
