/**
 * What cannot be executed: the supervisor finds out why, tells standard error, the log service and
 * supervise/history, and `sv start` fails with it at once. Of runit's words more are known than the
 * reason alone; see docs/differences.md.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runTool } from "../support/run.ts";
import { testBothWays } from "../support/scan.ts";
import {
  type Description,
  FOREVER,
  type Script,
  type ServiceDirectory,
} from "../support/service.ts";
import { improved, ours } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";
import { listed } from "../support/sv-json.ts";

const sv = (service: Supervised, ...words: readonly string[]) =>
  runTool(service.box, ours, "sv", [...words, "service"], { env: { SVDIR: service.box.dir } });
const script = (text: string, mode = 0o755): Script => ({ text, mode });
const options = { concurrency: 4, ...improved("exec-failure") };

/** An executable of this machine whose header names another one. */
function foreign(): string {
  const bytes = readFileSync("/proc/self/exe").subarray(0, 4_096);
  bytes.writeUInt16LE(bytes.readUInt16LE(18) ^ 0x1234, 18);
  return bytes.toString("latin1");
}

const REASONS: readonly (readonly [string, Description, string])[] = [
  ["no ./run", {}, "file does not exist"],
  [
    "a link that leads nowhere",
    { run: { link: "/no/where" } },
    "file does not exist (a link to /no/where)",
  ],
  [
    "a ./run that may not be executed",
    { run: script("#!/bin/sh\n", 0o644) },
    "access denied (not executable: chmod +x ./run)",
  ],
  [
    "a missing interpreter",
    { run: script("#! /usr/bin/bsh -e\n") },
    "interpreter /usr/bin/bsh: file does not exist",
  ],
  [
    "an interpreter that may not be executed",
    { run: script("#!/etc/passwd\n") },
    "interpreter /etc/passwd: access denied (not executable: chmod +x /etc/passwd)",
  ],
  [
    "the line ends of DOS",
    { run: script("#!/bin/sh\r\nexec sleep 1000\r\n") },
    "interpreter /bin/sh\\r: file does not exist (the #! line ends with a carriage return)",
  ],
  [
    "an interpreter that would clear the screen",
    { run: script("#!/no/\x1b[2J\n") },
    "interpreter /no/\\x1b[2J: file does not exist",
  ],
  ["no #! line", { run: script("exec sleep 1000\n") }, "exec format error (no #! line)"],
  [
    "a #! line that names nothing",
    { run: script("#!\nexec sleep 1000\n") },
    "exec format error (no interpreter in its #! line)",
  ],
  [
    "a byte order mark",
    { run: script("\ufeff#!/bin/sh\n") },
    "exec format error (a byte order mark before its #! line)",
  ],
  ["an empty ./run", { run: script("") }, "exec format error (an empty file)"],
  ["a directory", { run: { directory: true } }, "access denied (a directory)"],
];

describe("what cannot be executed: the reason", options, () => {
  for (const [what, description, reason] of REASONS) {
    test(`is told of ${what}, also by sv start`, async (t) => {
      const service = supervise(t, { ...description, down: true });
      await service.untilSupervised();
      const problem = `unable to start ./run: ${reason}`;
      for (const words of [["start"], ["restart"], ["check"], ["-v", "up"], ["-v", "once"]]) {
        const { code, stdout } = await sv(service, ...words);
        assert.deepEqual([words, code, stdout], [words, 1, `fail: service: ${problem}\n`]);
      }
      assert.ok(service.stderr.startsWith(`runsv service: fatal: ${problem}\n`), service.stderr);
      assert.equal((await listed(service)).problem, problem);
    });
  }

  test("is told of an executable for another machine", async (t) => {
    const prepare = (dir: string) => {
      writeFileSync(join(dir, "run"), foreign(), { encoding: "latin1", mode: 0o755 });
    };
    const service = supervise(t, {}, { prepare });
    await service.untilMessage(
      "unable to start ./run: exec format error (an executable for another architecture)\n",
    );
  });

  test("is told of a mount without exec", { skip: !canMount() && "cannot mount" }, async (t) => {
    const mount = 'mount -t tmpfs -o noexec none service; cp run service; exec "$@"';
    const service = supervise(
      t,
      {},
      {
        via: ["unshare", "-m", "sh", "-ec", mount, "sh"],
        prepare: (dir) =>
          writeFileSync(join(dir, "../run"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 }),
      },
    );
    await service.untilMessage(
      "unable to start ./run: access denied (on a file system that is mounted noexec)\n",
    );
  });

  for (const [what, ...node] of [
    ["a FIFO", "mkfifo", "-m755"],
    ["a device", "mknod", "-m755", "c", "1", "7"],
  ] as const) {
    test(`is told of ./finish that is ${what}, which is not opened`, async (t) => {
      if (process.getuid?.() !== 0 && node[0] === "mknod") return t.skip("takes root");
      const [command, mode, ...device] = node;
      const prepare = (dir: string) => {
        execFileSync(command, [mode, join(dir, "finish"), ...device]);
      };
      const service = supervise(t, { run: FOREVER }, { prepare });
      await service.untilRunning();
      service.control("d");
      const text = "unable to start ./finish: access denied (not a regular file)\n";
      await service.untilMessage(`runsv service: fatal: ${text}`);
      await service.untilStat("down");
    });
  }

  test("is told of ./finish, of control scripts and of ./check", async (t) => {
    const spoilt = script("#!/usr/bin/bsh\n");
    const service = supervise(t, {
      run: FOREVER,
      finish: spoilt,
      check: spoilt,
      control: { t: spoilt },
    });
    await service.untilRunning();
    const why = "interpreter /usr/bin/bsh: file does not exist\n";
    const { stderr } = await sv(service, "-w1", "check");
    assert.equal(stderr, `warning: unable to run service/check: ${why}`);
    service.control("d");
    await service.untilMessage(`runsv service: fatal: unable to run control/?: ${why}`);
    await service.untilMessage(`runsv service: fatal: unable to start ./finish: ${why}`);
  });
});

describe("what cannot be executed: who hears of it", options, () => {
  const LOG: Description = { run: "exec cat >>lines" };
  const untilLogged = (service: ServiceDirectory, line: string) =>
    service.log.untilTrue(`"${line}"`, () => service.log.lines("lines").includes(line));

  testBothWays("the log service gets the message too", {}, async (t, start) => {
    const scanner = start(t, { web: { run: script("#!/usr/bin/bsh\n"), log: LOG } });
    await untilLogged(
      scanner.service("web"),
      "runsv web: fatal: unable to start ./run: interpreter /usr/bin/bsh: file does not exist",
    );
  });

  testBothWays(
    "a log service that cannot be executed has a reason of its own",
    {},
    async (t, start) => {
      const scanner = start(t, {
        web: { run: FOREVER, log: { run: script("#!/bin/sh\n", 0o644) } },
      });
      const problem = "unable to start log/./run: access denied (not executable: chmod +x log/run)";
      await scanner.untilMessage(`runsv web: fatal: ${problem}\n`);
      const web = scanner.service("web");
      await web.untilRunning();
      const sv = (...words: readonly string[]) => runTool(scanner.box, ours, "sv", words);
      const { stdout } = await sv("start", join(web.dir, "log"));
      assert.equal(stdout, `fail: ${web.dir}/log: ${problem}\n`);
      const { log } = await listed({ box: scanner.box, dir: web.dir });
      assert.equal(log?.problem, problem);
    },
  );

  testBothWays(
    "sv start says ok, and nobody tells of it any more, once it is mended",
    {},
    async (t, start) => {
      const scanner = start(t, { web: { run: script(`#!/bin/sh\n${FOREVER}\n`, 0o644) } });
      const web = scanner.service("web");
      const sv = (...words: readonly string[]) =>
        runTool(scanner.box, ours, "sv", [...words, web.dir]);
      await scanner.untilMessage("not executable");
      assert.match((await sv("start")).stdout, /^fail: /);
      chmodSync(web.path("run"), 0o755);
      assert.match((await sv("start")).stdout, /^ok: run: /);
      assert.equal((await listed({ box: scanner.box, dir: web.dir })).problem, undefined);
      assert.ok(!web.text("supervise/history").includes("problem"));
      rmSync(web.path("run"));
      assert.match((await sv("restart")).stdout, /^fail: .*: file does not exist\n$/);
    },
  );
});

function canMount(): boolean {
  return spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
}
