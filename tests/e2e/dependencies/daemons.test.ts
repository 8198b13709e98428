/**
 * Daemons as Debian has them: PostgreSQL, redis, a migration that needs both, and nginx, below a
 * runsvdir that is process 1. Supervisors are killed in turn while services wait for others; the
 * order of starts and ends stays right. `npm run order` plays 50 rounds.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  DEPENDENCIES,
  mistakesIn,
  type Needs,
  orderOf,
  untilOrder,
} from "../../support/dependencies.ts";
import { children, cmdline } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import type { Description } from "../../support/service.ts";
import { asRoot, both, withPrograms } from "../../support/skip.ts";
import { type StoppingScan, testStopping, WAYS } from "../../support/stop.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 1);
/** A stop or a start of all takes about as long. */
const MOMENT_MS = 500;
const DEADLINE_MS = 60_000;

const NGINX = "/usr/sbin/nginx";
const POSTGRES = postgresPrograms();
const NEEDED = both(DEPENDENCIES, asRoot, withPrograms("redis-server", "redis-cli", NGINX), {
  skip: POSTGRES === undefined && "lacks PostgreSQL",
});

/** The directory of PostgreSQL's programs. */
function postgresPrograms(): string | undefined {
  const versions = "/usr/lib/postgresql";
  try {
    return join(versions, readdirSync(versions).sort().at(-1) ?? "", "bin");
  } catch {
    return undefined;
  }
}

const NEEDS: Needs = {
  db: [],
  cache: [],
  migrate: ["db", "cache"],
  web: ["cache", "migrate"],
};
const NAMES = Object.keys(NEEDS);
const LAST = "web";

/** Records starts, stop signals and ends as the services of support/dependencies.ts do. */
function daemon(name: string, run: string, more: Description = {}): Description {
  const entries = (NEEDS[name] ?? []).map((other) => [`needs/${other}`, ""] as const);
  return {
    run: `echo start ${name} >>../order\n${run}`,
    finish: `echo end ${name} >>../order`,
    control: { t: `echo term ${name} >>../order; exit 1` },
    ...more,
    files: { ...Object.fromEntries(entries), ...more.files },
  };
}

const NGINX_CONF = `daemon off; master_process on; pid nginx.pid; error_log stderr;
events {}
http {
  access_log off;
  server { listen unix:nginx.sock; location / { return 200; } }
}
`;

/** nginx sometimes loses a TERM that it gets while it starts. */
const NGINX_ENDS = { "timeout-kill": "3000\n", "kill-group": "" };

const SERVICES: Readonly<Record<string, Description>> = {
  db: daemon(
    "db",
    `exec chpst -u postgres ${POSTGRES}/postgres -D "$PWD/data" -k "$PWD/data" -h ''`,
    {
      check: `exec ${POSTGRES}/pg_isready -q -U postgres -h "$PWD/data"`,
      files: { "check-period": "500\n" },
    },
  ),
  cache: daemon("cache", `exec redis-server --port 0 --unixsocket "$PWD/redis.sock" --save ''`, {
    check: 'test "$(redis-cli -s "$PWD/redis.sock" ping)" = PONG',
    files: { "check-period": "500\n" },
  }),
  migrate: daemon(
    "migrate",
    `redis-cli -s ../cache/redis.sock incr schema || exit 1
chpst -u postgres psql -q -h "$PWD/../db/data" -c 'create table if not exists web (id int)' postgres || exit 1
echo >&3
exec 3>&- pause`,
    { files: { "notification-fd": "3\n" } },
  ),
  web: daemon("web", `rm -f nginx.sock\nexec ${NGINX} -p "$PWD" -c "$PWD/nginx.conf" -e stderr`, {
    check: "test -S nginx.sock",
    files: { "check-period": "500\n", "nginx.conf": NGINX_CONF, ...NGINX_ENDS },
  }),
};

function makeDatabase(dir: string): void {
  for (const each of [dir, join(dir, "made"), join(dir, "made/db")]) chmodSync(each, 0o755);
  const data = join(dir, "made/db/data");
  mkdirSync(data, { mode: 0o700 });
  execFileSync("chown", ["postgres", data]);
  const words = ["-u", "postgres", `${POSTGRES}/initdb`, "-N", "-D", data];
  execFileSync("chpst", words, { stdio: "ignore", cwd: "/" });
}

async function killSupervisor(tree: StoppingScan, name: string): Promise<void> {
  const scanner = await tree.pid();
  const isIt = (pid: number) => cmdline(pid).join(" ") === `runsv ${name}`;
  const pid = await tree.scan.until(`runsv ${name}`, () => children(scanner).find(isIt));
  sendSignal(pid, "SIGKILL");
  await tree.scan.until("another one", () =>
    children(scanner).find((each) => each !== pid && isIt(each)),
  );
  await tree.service(name).untilSupervised();
}

/** Gives a command, and kills a supervisor meanwhile. */
async function command(tree: StoppingScan, name: string, byte: "d" | "u", victim: string) {
  const service = tree.service(name);
  service.control(byte);
  await pause(Math.random() * MOMENT_MS);
  await killSupervisor(tree, victim);
  const want = byte === "d" ? "down" : "up";
  if (service.status().want !== want) service.control(byte);
}

describe("services as Debian has them", NEEDED, () => {
  testStopping(
    `daemons start and stop in order, in ${ROUNDS} rounds`,
    async (t, start) => {
      const tree = start(t, SERVICES, { prepare: makeDatabase });
      const { scan } = tree;
      /** @param began how many records there were before that can happen */
      const next = (what: string, began = orderOf(scan).length) => {
        const earlier = orderOf(scan).slice(0, began);
        const count = earlier.filter((line) => line === what).length + 1;
        return () => untilOrder(scan, what, count, DEADLINE_MS);
      };
      for (let round = 0; round < ROUNDS; round += 1) {
        const began = round === 0 ? 0 : orderOf(scan).length; // the first start goes on already
        const needed = round % 2 === 0 ? "db" : "cache";
        const victim = NAMES[round % NAMES.length] ?? needed;
        const isUp = next(`start ${LAST}`, began);
        if (round > 0) scan.startAgain();
        await isUp();
        const isDown = next(`end ${needed}`);
        await command(tree, needed, "d", victim);
        await isDown();
        const isBack = next(`start ${LAST}`);
        await command(tree, needed, "u", victim);
        await isBack();
        // A restart of a service leaves those that need it alone.
        const before = orderOf(scan).length;
        const isRestarted = next(`start ${needed}`);
        tree.service(needed).control("t");
        await isRestarted();
        const restart = orderOf(scan).slice(before);
        assert.deepEqual(
          restart,
          ["term", "end", "start"].map((what) => `${what} ${needed}`),
          tree.stderr,
        );
        await tree.signal("SIGTERM");
        assert.equal((await tree.exit()).code, 0, tree.stderr);
        const all = orderOf(scan);
        const records = [...all.slice(began, before), ...all.slice(before + restart.length)];
        const seen = `round ${round}: ${all.slice(began).join(", ")}\n${tree.stderr}`;
        assert.deepEqual(mistakesIn(records, NEEDS), [], seen);
        const ends = records.filter((line) => line.startsWith("end"));
        assert.equal(ends.length, 2 * NAMES.length - 1, seen);
      }
    },
    WAYS.filter(({ isProcess1, isDense }) => isProcess1 && !isDense),
    "dependencies",
  );
});
