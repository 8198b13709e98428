/** notify-socket: a service reports by messages, as for systemd. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { environ, openFiles } from "../../support/procfs.ts";
import {
  go,
  isReady,
  makeGo,
  SPEAKER,
  untilNotReady,
  untilReady,
} from "../../support/readiness.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { asRoot, withPrograms } from "../../support/skip.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { say, sv } from "../../support/sv.ts";

const files = { "notify-socket": "" };
const prepare = makeGo;
const systemdNotify = withPrograms("systemd-notify");

/** A service whose process sends a line of {@link go} as a message. */
async function speaker(
  t: Parameters<typeof supervise>[0],
  more: Readonly<Record<string, string>> = {},
): Promise<Supervised> {
  const service = supervise(t, { run: SPEAKER, files: { ...files, ...more } }, { prepare });
  await service.untilLines(1);
  return service;
}

const notify = async (service: Supervised, message: string) => {
  const before = service.lines().length;
  await go(service, message);
  await service.untilLines(before + 1);
};
const text = (service: Supervised) => service.lines("supervise/ready")[1] ?? "";

describe("notify-socket", { concurrency: 4, ...improved("readiness") }, () => {
  test("READY=1 makes the service ready, other messages do not", async (t) => {
    const service = await speaker(t);
    await untilNotReady(service);
    await notify(service, "READY=0");
    await notify(service, "READY");
    await notify(service, "");
    await notify(service, "X_READY=1;FDSTORE=1;ready=1");
    assert.ok(!isReady(service));
    await notify(service, "STATUS=listening;READY=1;BARRIER=1");
    await untilReady(service);
    assert.equal(text(service), "listening");
    assert.equal(
      await say(service, ["start", "service"]),
      "ok: run: service: (pid N) Ns, ready Ns\n0",
    );
  });

  test("STATUS is shown as printable text of 200 bytes, the last one within a second", async (t) => {
    const service = await speaker(t);
    await notify(service, `STATUS=\x1b[2J${"x".repeat(300)}`);
    await service.untilTrue("text", () => text(service) === `?[2J${"x".repeat(196)}`);
    for (let count = 0; count <= 500; count += 1) await go(service, `STATUS=${count}`);
    await service.untilTrue("last text", () => text(service) === "500");
    assert.ok(!isReady(service));
  });

  test("RELOADING=1 is shown until READY=1, and the service stays ready", async (t) => {
    const service = await speaker(t);
    await notify(service, "READY=1");
    const { readyAt } = await untilReady(service);
    await notify(service, "RELOADING=1");
    const shows = (words: string) => async () =>
      (await say(service, ["status", "service"])) ===
      `run: service: (pid N) Ns, ready Ns${words}\n0`;
    await service.untilTrue("reloading", () =>
      service.text("supervise/ready").includes("reloading"),
    );
    assert.ok(await shows(", reloading")());
    await notify(service, "READY=1");
    await service.untilTrue(
      "reloaded",
      () => !service.text("supervise/ready").includes("reloading"),
    );
    assert.ok(await shows("")());
    assert.deepEqual((await untilReady(service)).readyAt, readyAt);
  });

  test("STOPPING=1 ends readiness, for good", async (t) => {
    const service = await speaker(t);
    await notify(service, "READY=1");
    await untilReady(service);
    await notify(service, "STOPPING=1");
    await untilNotReady(service);
    await notify(service, "READY=1");
    await service.untilQuiet();
    assert.ok(!isReady(service));
    assert.equal(service.stat(), "run");
  });

  test("MAINPID causes one warning, and changes nothing", async (t) => {
    const service = await speaker(t);
    const { pid } = service.status();
    await notify(service, "MAINPID=1");
    await notify(service, "MAINPID=1;READY=1");
    await untilReady(service);
    assert.equal(service.status().pid, pid);
    const warning =
      "runsv service: warning: MAINPID in a message of ./run: ignored, runsv supervises ./run itself\n";
    await service.untilMessage(warning);
    assert.equal(service.stderr, warning);
  });

  test("a message of another process of the service counts with `all` alone", async (t) => {
    const child = `perl -e 'print 1' >/dev/null; ${SPEAKER.replace(/^exec /, "")} & read _ <never`;
    for (const [senders, counts] of [
      ["all", true],
      ["main", false],
    ] as const) {
      const service = supervise(
        t,
        { run: `mkfifo never; ${child}`, files: { "notify-socket": `${senders}\n` } },
        { prepare },
      );
      await service.untilLines(1);
      await notify(service, "READY=1");
      if (counts) await untilReady(service);
      else await service.untilQuiet();
      assert.equal(isReady(service), counts);
    }
  });

  test("a message of another user does not count, and one of root does", asRoot, async (t) => {
    const service = supervise(t, {
      run: `echo "$NOTIFY_SOCKET" >trace; exec setpriv --reuid 65534 --regid 65534 --clear-groups sleep 1000`,
      files: { "notify-socket": "all" },
    });
    const [name = ""] = await service.untilLines(1);
    await service.untilRunning();
    await service.untilTrue("other user", () =>
      environ(service.status().pid).includes(`NOTIFY_SOCKET=${name}`),
    );
    const send = (uid: number) =>
      service.box
        .start([
          "setpriv",
          `--reuid=${uid}`,
          "--clear-groups",
          "perl",
          "-MSocket",
          "-e",
          `(my $n = $ARGV[0]) =~ s/^@/\\0/; socket my $s, AF_UNIX, SOCK_DGRAM, 0; send $s, "READY=1", 0, pack_sockaddr_un($n) or die $!`,
          name,
        ])
        .exit();
    assert.equal((await send(65533)).code, 0);
    await service.untilQuiet();
    assert.ok(!isReady(service));
    assert.equal((await send(0)).code, 0);
    await untilReady(service);
  });

  test("systemd-notify works from a script, with its barrier", systemdNotify, async (t) => {
    const run = `systemd-notify --ready --status=up || echo failed; echo notified >>trace; ${FOREVER}`;
    const service = supervise(t, { run, files: { "notify-socket": "all" } });
    await untilReady(service);
    assert.deepEqual(await service.untilLines(1), ["notified"]);
    await service.untilTrue("text", () => text(service) === "up");
  });

  test("./run alone gets the variables; each start gets a new socket", async (t) => {
    const service = supervise(t, {
      run: `echo "$NOTIFY_SOCKET" >>trace; ${FOREVER}`,
      finish: 'echo "finish:$NOTIFY_SOCKET" >>finished',
      files,
    });
    await service.untilLines(1);
    service.control("t");
    const [one = "", other = ""] = await service.untilLines(2);
    for (const name of [one, other]) assert.match(name, /^@runits\/[0-9a-f]{32}$/);
    assert.notEqual(one, other);
    assert.deepEqual(await service.untilLines(1, "finished"), ["finish:"]);
  });

  test("a flood of messages holds up neither commands nor the supervisor's memory", async (t) => {
    const flood = SPEAKER.replace(
      'print $trace "start\\n";',
      'print $trace "start\\n"; for (my $i = 0; ; $i++) { send $socket, "STATUS=$i", 0, pack_sockaddr_un($name) }',
    );
    const service = supervise(t, { run: flood, files });
    await service.untilLines(1);
    assert.match((await sv(service, ["status", "service"])).stdout, /not ready/);
    service.control("d");
    await service.untilStat("down");
  });

  test("after the exit of the process, no message counts and no socket is left", async (t) => {
    const service = await speaker(t);
    service.control("d");
    await service.untilStat("down");
    await service.untilTrue("supervisor without a socket", () => {
      const own = [...openFiles(service.runsv.pid)].filter(([fd]) => fd > 2);
      return !own.some(([, { target }]) => target.startsWith("socket:"));
    });
  });

  testBothWays("a service under runsvdir reports by messages", systemdNotify, async (t, start) => {
    const run = `systemd-notify --ready; ${FOREVER}`;
    const service = start(t, { web: { run, files: { "notify-socket": "all" } } }).service("web");
    await untilReady(service);
  });
});
