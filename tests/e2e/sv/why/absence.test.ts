/** sv why: services that cannot be looked at, all services, and what programs read. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../../support/run.ts";
import { scan } from "../../../support/scan.ts";
import { FOREVER, makeService } from "../../../support/service.ts";
import { asRoot, both } from "../../../support/skip.ts";
import { debian, improved, ours, tool } from "../../../support/suite.ts";
import { supervise } from "../../../support/supervise.ts";
import { sv, up } from "../../../support/sv.ts";
import { answerOf, untilAnswer } from "../../../support/why.ts";

const privileged = both(asRoot, improved("sv-words"));
const options = { concurrency: 4, ...improved("sv-words") };

describe("sv why: no supervisor", options, () => {
  test("sv why names a service that does not exist, and one that it resembles", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      await answerOf(service, { name: "servce" }),
      `unreadable: there is no directory ${join(service.box.dir, "servce")}: ` +
        "did you mean service?; try: sv why service",
    );
    assert.equal(
      await answerOf(service, { name: "web" }),
      `unreadable: there is no directory ${join(service.box.dir, "web")}; ` +
        `try: ls ${service.box.dir}`,
    );
    const { stdout } = await sv(service, ["why", "web"]);
    assert.equal(stdout.split("\n").length, 2, "nothing is known of its output");
  });

  test("sv why says that a file is no service directory, and sv logs too", async (t) => {
    const service = await up(t, { run: FOREVER });
    const file = join(service.box.dir, "README");
    writeFileSync(file, "");
    const answer = `unreadable: ${file} is a file, not a service directory; try: ls -l ${file}`;
    for (const name of ["README", file, `${file}/`]) {
      assert.equal(await answerOf(service, { name }), answer);
    }
    const { stdout } = await sv(service, ["why", "README"]);
    assert.equal(stdout.split("\n").length, 2, "a file has no output");
    const { code, stderr } = await sv(service, ["logs", "README"]);
    assert.deepEqual([code, stderr], [1, "sv: README: is a file, not a service directory\n"]);
    // Another failure, which the next test sees with a supervise that is a file.
    assert.match(await answerOf(service, { name: "README/web" }), /: not a directory \(/);
  });

  test("sv why looks at the machine's processes once, for many services too", async (t) => {
    const service = await up(t, { run: FOREVER });
    const services = join(service.box.dir, "services");
    mkdirSync(services);
    for (const name of ["one", "two", "three"]) symlinkSync("gone", join(services, name));
    if (spawnSync("strace", ["-V"]).status !== 0) return t.skip("no strace");
    const calls = join(service.box.dir, "calls");
    const trace = ["strace", "-o", calls, "-e", "trace=openat", tool(ours, "sv"), "why"];
    const { code } = await run(service.box, trace, { env: { SVDIR: services } });
    assert.equal(code, 3);
    assert.equal(readFileSync(calls, "utf8").split('"/proc"').length - 1, 1);
  });

  test("sv why names a link to nothing, and a path that was meant", async (t) => {
    const service = await up(t, { run: FOREVER });
    const link = join(service.box.dir, "web");
    symlinkSync("gone/web", link);
    assert.equal(
      await answerOf(service, { name: "web" }),
      `unreadable: ${link} is a link to gone/web, which does not exist; try: sv remove web`,
    );
    assert.match(
      await answerOf(service, { name: "services/web" }),
      /^unreadable: there is no directory \S+\/services\/web; try: ls /,
    );
    makeService(join(service.box.dir, "services/web"), { run: FOREVER });
    const env = { SVDIR: join(service.box.dir, "services") };
    const { stdout } = await sv(service, ["why", "services/web"], { env });
    assert.match(stdout, /: did you mean \.\/services\/web\?; try: sv why \.\/services\/web\n$/);
  });

  test("sv why names a directory that is not linked", async (t) => {
    const service = await up(t, { run: FOREVER });
    const source = join(service.box.dir, "source");
    makeService(join(source, "web"), { run: FOREVER });
    assert.match(
      await answerOf(service, { name: "web", env: { SVSOURCE: source } }),
      /: \S*\/source\/web is not linked; try: sv link web$/,
    );
  });

  test("sv why names a directory that nobody looks after", async (t) => {
    const service = await up(t, { run: FOREVER });
    makeService(join(service.box.dir, "web"), { run: FOREVER });
    assert.equal(
      await answerOf(service, { name: "web" }),
      "unsupervised: it has never had a supervisor; " +
        `no runsvdir looks after ${service.box.dir}; try: runsvdir ${service.box.dir}`,
    );
  });

  test("sv why names a runsvdir that has not started a supervisor", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    const env = { SVDIR: tree.services };
    tree.runsvdir.signal("SIGSTOP");
    makeService(join(tree.services, "db"), { run: FOREVER });
    const { stdout } = await run(tree.box, [tool(ours, "sv"), "why", "db"], { env });
    tree.runsvdir.signal("SIGCONT");
    assert.match(
      stdout,
      /^db: unsupervised: it has never had a supervisor; runsvdir \(pid \d+\) has not started one: see its messages; try: ps -o args= -p \d+\n/,
    );
  });

  test("sv why says that runsvdir is about to start a supervisor that has ended", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    const service = tree.service("web");
    const runsv = await tree.untilRunsv("web");
    await service.untilRunning();
    tree.runsvdir.signal("SIGSTOP");
    service.control("x");
    await service.untilTrue("end", () => !service.isSupervised());
    const env = { SVDIR: tree.services };
    const supervise = service.path("supervise");
    const why = async (ageS: number) => {
      const time = Date.now() / 1_000 - ageS;
      utimesSync(supervise, time, time);
      const { stdout } = await run(tree.box, [tool(ours, "sv"), "why", "web"], { env });
      return stdout;
    };
    assert.match(
      await why(0),
      /^web: unsupervised: its supervisor has ended just now; runsvdir \(pid \d+\) starts one in a moment; try: sv status web\n/,
    );
    assert.match(
      await why(60),
      /: its supervisor has ended; runsvdir \(pid \d+\) has not started one: /,
    );
    tree.runsvdir.signal("SIGCONT");
    await tree.untilRunsv("web", runsv);
  });

  test("sv why names a supervisor that was killed, and the process that it left", async (t) => {
    for (const suite of [ours, debian]) {
      if (suite.missing !== undefined) continue;
      const service = supervise(t, { run: FOREVER }, { suite });
      await service.untilRunning();
      service.runsv.signal("SIGKILL");
      await service.runsv.exit();
      assert.match(
        await answerOf(service),
        /^unsupervised: its supervisor has ended; its process \(pid N\) still runs; no runsvdir looks after /,
      );
    }
  });

  test("sv why names a supervise that cannot be made", async (t) => {
    const service = await up(t, { run: FOREVER });
    const web = join(service.box.dir, "web");
    makeService(web, { run: FOREVER });
    symlinkSync("/no/where/supervise", join(web, "supervise"));
    const text = "no supervisor can start: supervise cannot be made or used:";
    assert.equal(
      await answerOf(service, { name: "web" }),
      `unsupervised: ${text} it is a link to /no/where/supervise, and /no/where is missing; ` +
        "try: mkdir -p /no/where",
    );
    unlinkSync(join(web, "supervise"));
    writeFileSync(join(web, "supervise"), "");
    await untilAnswer(service, (answer) => answer.includes("it is not a directory"), {
      name: "web",
    });
  });

  test("sv why names a supervise that the user of runsvdir may not make", privileged, async (t) => {
    const via = [tool(ours, "sv").replace(/sv$/, "chpst"), "-u:54325:54325"];
    const prepare = (box: string) => {
      chmodSync(box, 0o755);
      mkdirSync(join(box, "made/db/supervise"), { mode: 0o700 });
    };
    const tree = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } }, { via, prepare });
    const [web, db] = [join(tree.services, "web"), join(tree.services, "db")];
    await tree.untilMessage("unable to");
    const why = async (name: string) => {
      const words = [tool(ours, "sv"), "why", name];
      const { stdout } = await run(tree.box, words, { env: { SVDIR: tree.services } });
      return stdout.split("\n", 1)[0];
    };
    const text =
      "no supervisor can start: supervise cannot be made or used: " +
      `runsvdir (pid ${tree.runsvdir.pid}) runs as user 54325, who may not write to`;
    const command = `sudo install -d -m 700 -o 54325 ${web}/supervise`;
    assert.equal(await why("web"), `web: unsupervised: ${text} ${web}; try: ${command}`);
    assert.equal(
      await why("db"),
      `db: unsupervised: ${text} ${db}/supervise; try: sudo chown -R 54325 ${db}/supervise`,
    );
    const { stdout } = await run(tree.box, [tool(ours, "sv"), "verify", "web"], {
      env: { SVDIR: tree.services },
    });
    assert.match(stdout, /web\/supervise: error: cannot be made or used: runsvdir .* \[RV004\]\n/);
    await run(tree.box, command.split(" ").slice(1));
    await tree.service("web").untilRunning();
  });

  test("sv why asks for a full disk if a supervisor has published no state", async (t) => {
    const service = await up(t, { run: FOREVER });
    unlinkSync(service.path("supervise/status"));
    const end =
      `supervise/status: file does not exist (its supervisor could not write it: a full disk?); ` +
      `try: df ${service.path("supervise")}`;
    assert.equal(await answerOf(service), `unreadable: unable to open ${end}`);
  });

  test("sv why names a user who may not look", both(asRoot, improved("sv-words")), async (t) => {
    const service = await up(t, { run: FOREVER });
    chmodSync(service.box.dir, 0o755);
    const answer = await answerOf(service, {
      via: [tool(ours, "sv").replace(/sv$/, "chpst"), "-u:65534:65534"],
    });
    const [text, command = ""] = answer.split("; try: sudo ");
    assert.equal(
      text,
      "unreadable: unable to open supervise/ok: access denied " +
        "(root can let your group: sv grant :GROUP service)",
    );
    // sudo keeps neither SVDIR nor PATH.
    const asSudo = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", command];
    assert.match((await run(service.box, asSudo)).stdout, /^service: running: /);
  });
});

describe("sv why: all services", options, () => {
  test("sv why says that all services are as they should be, or explains the others", async (t) => {
    const service = await up(t, { run: FOREVER });
    const say = async (...words: readonly string[]) => {
      const { code, stdout } = await sv(service, ["why", ...words]);
      return `${stdout.split("\n", 1)[0]} ${code}`;
    };
    assert.equal(await say(), "the one service is as it should be 0");
    service.control("p");
    await service.untilStat("run, paused");
    assert.equal(await say(), "service: paused: a command sent it STOP; try: sv cont service 0");
    assert.equal(
      await say("--color=always"),
      "\x1b[1mservice\x1b[0m: \x1b[33mpaused\x1b[0m: a command sent it STOP; try: \x1b[1msv cont service\x1b[0m 0",
    );
  });

  test("sv why says that there are no services", async (t) => {
    const service = await up(t, { run: FOREVER });
    const empty = join(service.box.dir, "empty");
    mkdirSync(empty);
    const { code, stdout } = await sv(service, ["why"], { env: { SVDIR: empty } });
    assert.deepEqual([code, stdout], [0, `no services in ${empty}\n`]);
  });

  test("sv why quotes names that a terminal would take for something else", async (t) => {
    const service = await up(t, { run: FOREVER });
    const odd = "a b\x1b[2J\n";
    makeService(join(service.box.dir, odd), { run: FOREVER });
    const { stdout } = await sv(service, ["why", odd]);
    assert.ok(stdout.startsWith("$'a b\\e[2J\\n': unsupervised: "), stdout);
    assert.ok(!stdout.includes("\x1b"));
  });

  test("sv why ends with 0 if the reader has gone, and with 1 on a full disk", async (t) => {
    const service = await up(t, { run: FOREVER });
    const say = (script: string) =>
      run(service.box, ["bash", "-c", script, tool(ours, "sv")], {
        env: { SVDIR: service.box.dir, PATH: "/usr/bin:/bin" },
      });
    const closed = await say('set -o pipefail; "$0" why service | true; echo $?');
    assert.deepEqual([closed.stdout, closed.stderr], ["0\n", ""]);
    const full = await say('"$0" why service >/dev/full; echo $?');
    assert.equal(full.stdout, "1\n");
    assert.match(
      full.stderr,
      /^sv: fatal: unable to write to standard output: out of disk space\n$/,
    );
  });

  test("sv why --json has a reason for programs", async (t) => {
    const service = await up(t, { run: FOREVER });
    service.control("p");
    await service.untilStat("run, paused");
    const { stdout } = await sv(service, ["why", "--json"]);
    const { version, services } = JSON.parse(stdout);
    const [{ name, summary, reason, answer, command, fine, evidence }] = services;
    assert.deepEqual(
      { version, name, summary, reason, answer, command, fine },
      {
        version: 1,
        name: "service",
        summary: "paused",
        reason: "paused",
        answer: "a command sent it STOP",
        command: "sv cont service",
        fine: false,
      },
    );
    assert.deepEqual(evidence[1], { label: "wanted", text: "up" });
  });
});
