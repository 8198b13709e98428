/**
 * Each command of sv for a user who may control a service, one who may only read its status, and
 * one who may do neither.
 */
import assert from "node:assert/strict";
import { chmodSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { run, runTool } from "../../support/run.ts";
import type { Cleanup } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER, REPORTER } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { debian, improved, ours, type Suite, tool } from "../../support/suite.ts";

const CONTROL = 60_011;
const STATUS = 60_012;
const NEITHER = 60_013;
/** Who controls is in the second group too, which may read the status. */
const USERS = {
  control: `60001:${CONTROL}:${STATUS}`,
  status: `60002:${STATUS}`,
  neither: `60003:${NEITHER}`,
} as const;
type User = keyof typeof USERS;

/** What a command prints to each user, standard error last; and its exit code. */
type Shown = Readonly<Record<User, RegExp>>;

/** The same for those who may read the status. */
const reads = (shown: RegExp, neither: RegExp): Shown => ({
  control: shown,
  status: shown,
  neither,
});
const all = (shown: RegExp): Shown => ({ control: shown, status: shown, neither: shown });
const controls = (shown: RegExp): Shown => ({
  control: shown,
  status: /^warning: web: unable to open supervise\/control: access denied\n1$/,
  neither: HIDDEN,
});

const HIDDEN = /^warning: web: unable to open supervise\/ok: access denied\n1$/;
const REMEDY = /^web +unreadable .* access denied .*\nsv: unable to read .* sv grant .*\n1$/m;
/** In the order in which a user runs them: web runs before and after each. */
const SHOWN: Readonly<Record<string, Shown>> = {
  "status web": reads(/^run: web: .*\n0$/, HIDDEN),
  "check web": reads(/^ok: run: web: .*\n0$/, HIDDEN),
  "start web": {
    ...controls(/^ok: run: web: .*\n0$/),
    // It is wanted up already, so that nothing has to be written.
    status: /^(ok: run: web: .*|warning: web: .*: access denied)\n[01]$/,
  },
  "-w 600 stop web": controls(/^ok: down: web: .*\n0$/),
  "up web": {
    ...controls(/^0$/),
    status: /^(warning: web: .*: access denied\n1|0)$/,
  },
  "wait up web": reads(/^ok: web: running.*\n0$/, /^fail: web: access denied .*\n1$/),
  "list web": reads(/^web +running .*\n0$/m, REMEDY),
  list: reads(/^web +running .*\n(sv: .*\n)?1$/m, /^web +unreadable .*\n(sv: .*\n)?2$/m),
  "list --json web": reads(/"summary":"running"/, /"summary":"unreadable"[\s\S]*\n1$/),
  "why web": reads(/^web: running: .*\n/, /^web: unreadable: .*sv grant :GROUP web.*\n/),
  why: reads(
    /^db: unreadable: .*sv grant :GROUP db.*\n/,
    /^2 services \(db, web\) are unreadable: access denied .*; try: sudo env SVDIR=\S+ \S*sv why\n2$/,
  ),
  "graph web": reads(/^web running\n0$/, /^web unreadable: access denied .*\n1$/),
  "metrics web": reads(
    /_up\{service="web"\} 1\n[\s\S]*\n0$/,
    /^runits_services_unreadable 1\nsv: unable to look at 1 service: web \(.*\)\n1$/m,
  ),
  "watch web": reads(/ web {2}running .*\n0$/, / web {2}unreadable .*access denied .*\n0$/),
  "logs web": all(/^web wrote this\n0$/),
  "verify web": all(/^1 directory: no mistakes found\n0$/),
  "grant --show web": all(/web: control :\d+, status :\d+.*\n0$|access denied\n1$/),
  "grant --replace :60013 web": all(/^sv: web: unable to open: access denied .*\n1$/),
  "link ../made/db --as other": all(/^fail: .*\n1$/),
  "remove web": all(/^fail: web: unable to .*: access denied \(.*: run as root\)\n1$/),
};

async function tree(t: Cleanup, suite: Suite): Promise<Scan> {
  const found = scan(
    t,
    {
      web: {
        run: REPORTER,
        log: { run: "exec cat", files: { "main/current": "web wrote this\n" } },
      },
      db: { run: FOREVER },
    },
    { suite },
  );
  chmodSync(found.box.dir, 0o755);
  await found.service("web").untilRunning();
  // Under runit's runsv, a TERM before ./run is executed is lost.
  await found.service("web").untilLines(1);
  await found.service("web").log.untilRunning();
  await found.service("db").untilRunning();
  for (const words of [["--status", `:${STATUS}`], [`:${CONTROL}`]]) {
    const env = { SVDIR: found.services };
    const granted = await runTool(found.box, ours, "sv", ["grant", "--log", ...words, "web"], {
      env,
    });
    assert.equal(granted.code, 0, granted.stderr);
  }
  return found;
}

/** Runs the rest until it has printed a line: a word that goes on ends without its reader. */
const FIRST_LINE = ["bash", "-c", '"$@" | head -n 1; exit "$PIPESTATUS"', "bash"];

async function svOf(found: Scan, user: User, line: string): Promise<string> {
  const words = line.split(" ");
  const until = words[0] === "watch" ? FIRST_LINE : [];
  const chpst = [join(ours.bin, "chpst"), "-u", `:${USERS[user]}`];
  const command = [...chpst, ...until, tool(ours, "sv"), ...words];
  const env = { SVDIR: found.services, COLUMNS: undefined };
  const cwd = found.services;
  const { code, stdout, stderr } = await run(found.box, command, { cwd, env });
  return `${stdout}${stderr}${code}`;
}

/** What sv prints to somebody at a terminal. */
async function typed(found: Scan, user: User, words: string): Promise<string> {
  const chpst = `${join(ours.bin, "chpst")} -u :${USERS[user]}`;
  const command = ["script", "-qec", `${chpst} ${tool(ours, "sv")} ${words}`, "/dev/null"];
  const { code, stdout } = await run(found.box, command, { env: { SVDIR: found.services } });
  return `${stdout.replaceAll("\r", "")}${code}`;
}

const skip = both(improved("sv-words"), improved("access"), asRoot);

describe("the rights of users", skip, () => {
  test("each new word is in the table", () => {
    const words = Object.keys(SHOWN).map((line) => line.split(" ", 1)[0]);
    assert.deepEqual(
      NEW_WORDS.filter((word) => !words.includes(word)),
      [],
    );
  });

  test(
    "a person at a terminal learns once how to get the right",
    improved("sv-right-explained"),
    async (t) => {
      const found = await tree(t, ours);
      const hint = (name: string) =>
        `sv: run as root, or let your group: sv grant :GROUP ${name}\n`;
      const refused = (name: string, file: string) =>
        `warning: ${name}: unable to open supervise/${file}: access denied\n`;
      for (const word of ["restart", "status"]) {
        assert.equal(
          await typed(found, "neither", `${word} web db`),
          `${hint("web")}${refused("web", "ok")}${refused("db", "ok")}2`,
        );
      }
      const control = await typed(found, "status", "restart web");
      assert.equal(control, `${hint("web")}${refused("web", "control")}1`);
    },
  );

  test("sv why of a log service that is hidden leads to root", async (t) => {
    const found = await tree(t, ours);
    const env = { SVDIR: found.services };
    await runTool(found.box, ours, "sv", ["grant", "--revoke", "web"], { env });
    await runTool(found.box, ours, "sv", ["grant", `:${CONTROL}`, "web"], { env });
    assert.match(
      await svOf(found, "control", "why web"),
      /^web: running: its log service cannot be seen: .*; try: sudo env SVDIR=\S+ \S*sv why web\/log\n/,
    );
  });

  for (const suite of [ours, debian]) {
    for (const user of Object.keys(USERS) as User[]) {
      test(`with the supervisors of ${suite.name}: ${user}`, {
        skip: suite.missing ?? false,
      }, async (t) => {
        const found = await tree(t, suite);
        const web = found.service("web");
        const { pid } = web.status();
        for (const [line, shown] of Object.entries(SHOWN)) {
          assert.match(await svOf(found, user, line), shown[user], line);
        }
        if (user !== "control") assert.equal(web.status().pid, pid);
        assert.equal(readlinkSync(join(found.services, "web")), "../made/web");
        assert.equal(found.service("db").stat(), "run");
      });
    }
  }
});
