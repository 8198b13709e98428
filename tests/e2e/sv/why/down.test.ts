/** sv why: the reasons why a supervised service does not run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Description, FOREVER, type Script } from "../../../support/service.ts";
import { asRoot, both } from "../../../support/skip.ts";
import { debian, improved, ours } from "../../../support/suite.ts";
import { supervise } from "../../../support/supervise.ts";
import { sv } from "../../../support/sv.ts";
import { answerOf, untilAnswer } from "../../../support/why.ts";

const script = (text: string, mode = 0o755): Script => ({ text, mode });

/** An executable of this machine whose header names another one. */
function foreign(): string {
  const bytes = readFileSync("/proc/self/exe").subarray(0, 4_096);
  bytes.writeUInt16LE(bytes.readUInt16LE(18) ^ 0x1234, 18);
  return bytes.toString("latin1");
}

const UNUSABLE: readonly (readonly [string, Description, string, string])[] = [
  ["no ./run", {}, "there is no ./run", "ls -l DIR/"],
  [
    "a ./run that is not executable",
    { run: script("#!/bin/sh\n", 0o644) },
    "./run is not executable",
    "chmod +x DIR/run",
  ],
  [
    "a missing interpreter",
    { run: script("#!/no/such/interpreter\n") },
    "./run cannot be executed: interpreter /no/such/interpreter: file does not exist",
    "head -n 1 DIR/run",
  ],
  [
    "a misspelt interpreter",
    { run: script("#!/usr/bin/bsh\n") },
    "./run cannot be executed: interpreter /usr/bin/bsh: file does not exist: " +
      "did you mean /usr/bin/bash?",
    "sed -i '1s|/usr/bin/bsh|/usr/bin/bash|' DIR/run",
  ],
  [
    "an interpreter that is elsewhere",
    { run: script("#!/opt/sbin/sh\n") },
    "./run cannot be executed: interpreter /opt/sbin/sh: file does not exist: " +
      "did you mean /usr/bin/sh?",
    "sed -i '1s|/opt/sbin/sh|/usr/bin/sh|' DIR/run",
  ],
  [
    "the line ends of DOS",
    { run: script("#!/bin/sh\r\nexec sleep 1000\r\n") },
    "the #! line of ./run ends with a carriage return, as on DOS",
    "sed -i 's/\\r$//' DIR/run",
  ],
  [
    "no #! line",
    { run: script("exec sleep 1000\n") },
    "./run has no #! line",
    "sed -i '1i #!/bin/sh' DIR/run",
  ],
  [
    "a byte order mark",
    { run: script("\ufeff#!/bin/sh\n") },
    "./run has a byte order mark before its #! line",
    "sed -i '1s/^\\xef\\xbb\\xbf//' DIR/run",
  ],
  ["an empty ./run", { run: script("") }, "./run is empty", "ls -l DIR/run"],
  [
    "a directory",
    { run: { directory: true } },
    "./run cannot be executed: access denied (a directory)",
    "ls -l DIR/run",
  ],
  [
    "a link to nowhere",
    { run: { link: "/no/where" } },
    "./run cannot be executed: file does not exist (a link to /no/where)",
    "ls -l DIR/run",
  ],
];

describe("sv why: a ./run that cannot be executed", {
  concurrency: 4,
  ...improved("sv-words"),
}, () => {
  for (const [what, description, text, command] of UNUSABLE) {
    test(`sv why names ${what}, under both supervisors`, async (t) => {
      for (const suite of [ours, debian]) {
        if (suite.missing !== undefined) continue;
        const service = supervise(t, description, { suite });
        await service.untilSupervised();
        const line = `resting: ${text}; try: ${command.replace("DIR", service.dir)}`;
        await untilAnswer(service, (answer) => answer === line);
        service.runsv.signal("SIGTERM");
      }
    });
  }

  test("sv why names an executable for another architecture", async (t) => {
    const prepare = (dir: string) => {
      writeFileSync(join(dir, "run"), foreign(), { encoding: "latin1", mode: 0o755 });
    };
    const service = supervise(t, {}, { prepare });
    await service.untilMessage("exec format error");
    assert.match(
      await answerOf(service),
      /^resting: \.\/run is an executable for another architecture; try: file -L /,
    );
  });

  const canMount = spawnSync("unshare", ["-m", "true"]).status === 0;
  test("sv why names a mount without exec", { skip: !canMount && "cannot mount" }, async (t) => {
    const mount = 'mount -t tmpfs -o noexec none service; cp run service; exec "$@"';
    const via = ["unshare", "-m", "sh", "-ec", mount, "sh"];
    const prepare = (dir: string) =>
      writeFileSync(join(dir, "../run"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
    const service = supervise(t, {}, { via, prepare });
    await service.untilMessage("mounted noexec");
    const inside = ["nsenter", "-m", `-t${service.runsv.pid}`, `--wd=${service.box.dir}`];
    assert.match(
      await answerOf(service, { via: inside }),
      /^resting: \.\/run is on a file system that is mounted noexec; try: findmnt -T /,
    );
  });

  test("sv why shows what the supervisor saw, if ./run is right by now", async (t) => {
    const files = { "restart-delay-max": "100000" };
    const service = supervise(t, { run: script("exec sleep 1\n"), files });
    await service.untilMessage("no #! line");
    await service.untilMessage("no #! line)\nrunsv service: fatal");
    writeFileSync(service.path("run"), `#!/bin/sh\n${FOREVER}\n`);
    assert.equal(
      await answerOf(service),
      "resting: the last start failed: unable to start ./run: exec format error (no #! line); " +
        "try: sv start service",
    );
  });
});

describe("sv why: a service that is down", { concurrency: 4, ...improved("sv-words") }, () => {
  test("sv why names the file down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilSupervised();
    assert.equal(
      await answerOf(service),
      `stopped: ${service.path("down")} keeps it down, for Ns now; try: sv start service`,
    );
  });

  test("sv why names a command", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("d");
    await service.untilStat("down");
    assert.equal(
      await answerOf(service),
      "stopped: a command stopped it Ns ago; try: sv start service",
    );
  });

  test("sv why names a service that died too often, and how", async (t) => {
    const service = supervise(t, { run: "exit 3", files: { "max-death-tally": "1" } });
    await service.untilMessage("not started again");
    assert.match(
      await answerOf(service),
      /^failed: died too often, and only sv start starts it again: at last exit 3 .*; try: touch \S+\/service\/keep-output && sv start service$/,
    );
  });

  test("sv why guesses that a service was not ready in time", async (t) => {
    const files = { "notification-fd": "3", "timeout-ready": "200", "max-death-tally": "1" };
    const service = supervise(t, { run: FOREVER, files });
    await service.untilMessage("not started again");
    const how = "at last killed by TERM after Ns (not ready within timeout-ready?)";
    const answer = await answerOf(service);
    assert.ok(answer.replace(/\d\.\ds/, "Ns").includes(how), answer);
  });

  const ENDS: readonly (readonly [string, string, string])[] = [
    [
      "a command that was not found",
      "no-such-command-at-all",
      "exit 127 at once (a program in ./run was not found)",
    ],
    [
      "a program that exec did not find",
      "exec 2>&1\nexec /no/such/program",
      "exit 127 at once (line 3 of ./run: there is no program /no/such/program)",
    ],
    [
      "a mistake of syntax",
      "if true",
      "exit 2 at once (line 3 of ./run: sh -n: Syntax error: end of file unexpected ",
    ],
    ["wrong usage", "exit 2", "exit 2 at once (a mistake in the syntax of ./run, or wrong usage?)"],
    [
      "an earlier daemon that is in the way",
      "if [ -e fine ]; then exit 1; fi\nexec sh -c 'exit 3' redis-server --daemonize yes",
      "exit 3 at once (line 3 of ./run: --daemonize puts the daemon into the background, ",
    ],
    ["an exit code", "exit 7", "exit 7 at once"],
    ["a signal", "kill -SEGV $$", "killed by SEGV at once"],
    ["KILL", "kill -KILL $$", "killed by KILL at once"],
    [
      "an exit that looks like a daemon's",
      "exit 0",
      "exit 0 at once (does it go to the background?)",
    ],
    [
      "an option that sends the daemon to the background",
      "exec true --daemonize",
      "exit 0 at once (line 2 of ./run: --daemonize puts the daemon into the background, " +
        "where runsv cannot supervise it)",
    ],
  ];
  const ACCOUNT_ENDS = [
    [
      "a user that does not exist",
      "exec chpst -u no-such-user true",
      "exit 111 at once (line 2 of ./run: there is no user no-such-user)",
    ],
    [
      "what chpst has reported",
      "user=no-such-user; exec chpst -u $user true",
      "exit 111 at once (chpst: fatal: unknown user/group: no-such-user)",
    ],
  ] as const;
  for (const [what, run, how] of [...ENDS, ...ACCOUNT_ENDS]) {
    test(`sv why names ${what} of a service that rests`, async (t) => {
      const kept = what === "what chpst has reported" ? { "keep-output": "" } : {};
      const files = { "restart-delay-max": "50000", ...kept };
      const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
      const service = supervise(t, { run, files }, { env });
      await untilAnswer(service, (answer) => {
        // A machine under load takes more than a tenth of a second, or kills for lack of memory.
        const plain = answer
          .replace(/after \d\.\ds/, "at once")
          .replace(/ \([^)]*out-of-memory[^)]*\)/, "");
        const expected = `resting: ${how}`.replace(", core", "");
        return (
          plain.replace(", core", "").startsWith(expected) && / starts again in Ns; /.test(plain)
        );
      });
    });
  }

  test("sv why says of a crash under runit that it records none", async (t) => {
    if (debian.missing !== undefined) return t.skip(debian.missing);
    for (const [line, why] of [
      ["exit 7", ""],
      ["if true", " (line 4 of ./run: sh -n: Syntax error: end of file unexpected)"],
      ["exec /no/such/program", " (line 3 of ./run: there is no program /no/such/program)"],
    ] as const) {
      const via = ["sh", "-c", 'exec "$@" 2>errors', "sh"];
      const service = supervise(t, { run: `echo >>trace\n${line}` }, { suite: debian, via });
      await service.untilLines(2);
      await untilAnswer(service, (answer) =>
        // Shells say what they had expected.
        answer
          .replace(/ \(expecting[^)]*\)/, "")
          .startsWith(
            `resting: ended${why}, and runit's runsv starts it again each second; ` +
              `it records no exits; try: tail ${service.box.dir}/errors`,
          ),
      );
      service.runsv.signal("SIGTERM");
    }
  });

  test("sv why names a service that ran once", async (t) => {
    for (const [code, word] of [
      [0, "exit 0"],
      [4, "exit 4"],
    ] as const) {
      const service = supervise(t, { run: `echo >>trace; exit ${code}`, down: true });
      await service.untilSupervised();
      service.control("o");
      const ended = new RegExp(`^stopped: ${word} .*, Ns ago, and not started again(; try: .*)?$`);
      await untilAnswer(service, (answer) => ended.test(answer));
      assert.equal((await answerOf(service)).includes("; try: "), code !== 0);
      const { stdout } = await sv(service, ["why", "service"]);
      assert.match(
        stdout,
        /\n {2}wanted {6}down: it has ended, and an earlier command keeps it down\n/,
      );
      assert.ok(!stdout.includes("background"), stdout);
      service.runsv.signal("SIGTERM");
    }
  });

  test("sv why names a script control/u that hangs", async (t) => {
    const hanging = "echo >trace; while :; do sleep 1000 & wait; done";
    const service = supervise(t, { run: FOREVER, control: { u: hanging } });
    await service.untilLines(1);
    assert.match(
      await answerOf(service),
      /^resting: control\/u has been running for Ns \(pid N\), and \.\/run starts after it; try: kill \d+$/,
    );
  });

  test("sv why names a limit on processes", both(asRoot, improved("fork-retry")), async (t) => {
    const service = supervise(
      t,
      { run: FOREVER },
      {
        uid: 54_323,
        via: ["sh", "-c", 'sleep 1000 & exec prlimit --nproc=2 -- "$@"', "sh"],
        prepare: (dir) => {
          chmodSync(join(dir, ".."), 0o755);
          chmodSync(dir, 0o777);
        },
      },
    );
    await service.untilMessage("unable to fork, sleeping");
    await untilAnswer(service, (answer) =>
      /^resting: its supervisor cannot make a process: \d+ of 2 processes are in use; try: prlimit --nproc --pid \d+$/.test(
        answer,
      ),
    );
  });
});
