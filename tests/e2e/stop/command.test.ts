/** `runsvdir DIR -- CMD`: a command above the services, whose end is that of the tree. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { type Description, FOREVER } from "../../support/service.ts";
import { NAMESPACE, testStopping, WAYS } from "../../support/stop.ts";
import { improved, ours } from "../../support/suite.ts";

const WEB: Description = {
  run: "trap 'echo down >>../../trace; exit 0' TERM; echo start >>trace; while :; do sleep 0.01; done",
};
const shell = (script: string) => ["sh", "-c", script];
const testCommand = (name: string, body: Parameters<typeof testStopping>[1]) =>
  testStopping(name, body, WAYS, "command");

describe("the command of runsvdir", { concurrency: 4 }, () => {
  for (const [what, script, code] of [
    ["its exit code", "exit 3", 3],
    ["128 + its signal", "kill -TERM $$", 143],
  ] as const) {
    testCommand(`ends the tree with ${what}`, async (t, start) => {
      // The command may be faster than ./run, which writes something after its exec.
      const read = "until [ -s services/web/trace ]; do sleep 0.01; done; cat services/web/trace";
      const tree = start(t, { web: WEB }, { command: shell(`${read}; ${script}`) });
      assert.equal((await tree.exit()).code, code);
      assert.equal(tree.stdout, "start\n");
      assert.deepEqual(tree.service("..").lines(), ["down"]);
      assert.equal(tree.stderr, "");
    });
  }

  for (const [program, code] of [
    ["no-such-program", 127],
    ["/etc/passwd", 126],
  ] as const) {
    testCommand(`that cannot be executed ends it with ${code}: ${program}`, async (t, start) => {
      const tree = start(t, { web: WEB }, { command: [program] });
      assert.equal((await tree.exit()).code, code);
      assert.match(
        tree.stderr,
        new RegExp(`^runsvdir services: fatal: unable to execute ${program}: `),
      );
    });
  }

  testCommand("starts when ./check says that the services are ready", async (t, start) => {
    const check =
      "[ -e ready ] || { echo no >>checks; [ $(wc -l <checks) -lt 3 ] || >ready; exit 1; }";
    const command = shell("cat services/web/checks");
    const tree = start(
      t,
      { web: { ...WEB, check }, off: { run: FOREVER, down: true } },
      { command },
    );
    assert.equal((await tree.exit()).code, 0);
    assert.equal(tree.stdout, "no\nno\nno\n");
  });

  testCommand("starts in any case when the time for that is over", async (t, start) => {
    const services = { web: { ...WEB, check: "exit 1" } };
    const tree = start(t, services, { args: ["--ready=100"], command: shell("exit 0") });
    assert.equal((await tree.exit()).code, 0);
    assert.match(tree.stderr, /^runsvdir services: warning: not ready after 100 ms: web\n/);
  });

  testCommand("gets TERM before the services, and its exit code counts", async (t, start) => {
    const command = shell(
      "trap 'sleep 0.3; echo command >>trace; exit 5' TERM; echo on; while :; do sleep 0.01; done",
    );
    const tree = start(t, { web: WEB }, { command });
    await tree.scan.until("command", () => (tree.stdout === "on\n" ? true : undefined));
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 5);
    assert.deepEqual(tree.service("..").lines(), ["command", "down"]);
  });

  testCommand("gets HUP, INT, QUIT, USR1, USR2 and WINCH", async (t, start) => {
    const names = ["HUP", "INT", "QUIT", "USR1", "USR2", "WINCH"] as const;
    const traps = names.map((name) => `trap 'echo ${name}' ${name}`).join("; ");
    const command = shell(`${traps}; echo on; while :; do sleep 0.01; done`);
    const tree = start(t, { web: WEB }, { command });
    await tree.scan.until("command", () => (tree.stdout === "on\n" ? true : undefined));
    for (const name of names) {
      await tree.signal(`SIG${name}`);
      await tree.scan.until(name, () => (tree.stdout.endsWith(`${name}\n`) ? true : undefined));
    }
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 143);
  });

  testCommand("that ignores TERM is killed at the end of the time", async (t, start) => {
    const command = shell("trap '' TERM; echo on; while :; do sleep 0.01; done");
    const tree = start(t, { web: WEB }, { args: ["--stop=300"], command });
    await tree.scan.until("command", () => (tree.stdout === "on\n" ? true : undefined));
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 137);
    assert.match(tree.stderr, /killing what is left: sh \(\d+s\)\n/);
  });

  const pty = spawnSync("script", ["--version"]).status === 0 ? {} : { skip: "needs script(1)" };
  for (const via of [[], NAMESPACE]) {
    const where = via.length > 0 ? "process 1" : "--stop";
    test(`has the terminal as its foreground; ${where}`, {
      ...improved("command"),
      ...pty,
    }, async (t) => {
      const box = sandbox(t);
      const script = `mkdir services; exec ${via.join(" ")} runsvdir services -- sh -c 'read -r line </dev/tty; echo "got $line"; exit 3'`;
      const { code, stdout } = await run(
        box,
        ["sh", "-c", 'echo hello | script -qec "$0" /dev/null', script],
        { env: { PATH: `${ours.bin}:/usr/bin:/bin` } },
      );
      assert.match(stdout, /got hello/);
      assert.equal(code, 3);
    });
  }
});
