/**
 * runsvdir as process 1 with a command, beside tini and dumb-init: what becomes of signals, exit
 * codes, orphans and process groups. docs/migrate.md has the same table.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children } from "../../support/procfs.ts";
import { type Cleanup, type Running, sandbox, sendSignal } from "../../support/sandbox.ts";
import { canUnshare, NAMESPACE } from "../../support/stop.ts";
import { originalInPlace, ours, tool } from "../../support/suite.ts";
import { DEADLINE_MS, eventually } from "../../support/wait.ts";

type InitName = "runsvdir" | "runsvdir --dense" | "tini" | "dumb-init";
/** What is expected of each init, the same of both modes of runsvdir. */
interface Expected {
  readonly runsvdir: string;
  readonly tini: string;
  readonly dumbInit: string;
}
const same = (text: string): Expected => ({ runsvdir: text, tini: text, dumbInit: text });

const RUNSVDIR = tool(ours, "runsvdir");
const INITS: readonly (readonly [InitName, keyof Expected, readonly string[]])[] = [
  ["runsvdir", "runsvdir", [RUNSVDIR, "services", "--"]],
  ["runsvdir --dense", "runsvdir", [RUNSVDIR, "--dense", "services", "--"]],
  ["tini", "tini", ["tini", "--"]],
  ["dumb-init", "dumbInit", ["dumb-init", "--"]],
];
const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const reason = (name: InitName): string | false => {
  if (!canUnshare) return "unshare is not permitted";
  if (name.startsWith("runsvdir")) return originalInPlace && "the original has no command";
  return !has(name) && `needs ${name}`;
};

/** A command of an init that is process 1 of a pid namespace. */
class Container {
  readonly #running: Running;

  constructor(t: Cleanup, init: readonly string[], script: string) {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "services"));
    const command = [...NAMESPACE, ...init, "sh", "-c", `ulimit -c 0\n${script}`];
    this.#running = box.start(command, { env: { PATH: `${ours.bin}:/usr/bin:/bin` } });
  }

  get output(): string {
    return this.#running.stdout();
  }

  until(text: string): Promise<unknown> {
    const tell = () => this.output + this.#running.stderr();
    return eventually(`"${text}"`, () => this.output.includes(text) || undefined, tell);
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    const pid = await eventually(
      "process 1",
      () => children(this.#running.pid)[0],
      () => this.#running.stderr(),
    );
    sendSignal(pid, name);
  }

  /** The exit code that a container has, and the output. */
  async end(deadlineMs?: number): Promise<string> {
    const { code } = await this.#running.exit(deadlineMs);
    return `${this.output.replace("started\n", "")}${code}`;
  }
}

const testInits = (
  name: string,
  expected: Expected,
  body: (t: Cleanup, init: readonly string[]) => Promise<string>,
) => {
  for (const [init, column, words] of INITS) {
    test(`${name}; ${init}`, { skip: reason(init) }, async (t) => {
      assert.equal(await body(t, words), expected[column]);
    });
  }
};

/** Prints each of these signals, and goes on. */
const NAMES = ["HUP", "INT", "QUIT", "USR1", "USR2", "WINCH", "ALRM", "CONT", "TERM", "PWR"];
const TRAPS = NAMES.map((name) => `trap 'echo ${name}' ${name}`).join("; ");
const SHOW = `${TRAPS}; echo started; while :; do sleep 0.01; done`;
const UNTIL_TERM = "trap 'echo TERM; exit 5' TERM; echo started; while :; do sleep 0.01; done";
const EVERY_CODE = Array.from({ length: 256 }, (_, code) => code);

describe("process 1 with a command, beside tini and dumb-init", { concurrency: 2 }, () => {
  const codes = EVERY_CODE.join(" ");
  testInits("exits with each exit code", same(codes), async (t, init) => {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "services"));
    const loop = `for code in ${codes}; do "$@" sh -c "exit $code"; echo $?; done`;
    const running = box.start(["sh", "-c", loop, "sh", ...NAMESPACE, ...init]);
    await running.exit(4 * DEADLINE_MS);
    return running.stdout().trimEnd().replaceAll("\n", " ");
  });

  for (const [signal, code] of [
    ["HUP", 129],
    ["KILL", 137],
    ["SEGV", 139],
    ["TERM", 143],
    ["RTMAX", 192],
  ] as const) {
    testInits(`exits with 128 + ${signal}`, same(`${code}`), (t, init) =>
      new Container(t, init, `kill -${signal} $$`).end(),
    );
  }

  for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const) {
    const name = signal.slice(3);
    testInits(`forwards ${name}`, same(`${name}\n`), async (t, init) => {
      const container = new Container(t, init, SHOW);
      await container.until("started\n");
      await container.signal(signal);
      await container.until(`${name}\n`);
      return container.output.replace("started\n", "");
    });
  }

  testInits(
    "has TERM reach the command, whose exit code counts",
    same("TERM\n5"),
    async (t, init) => {
      const container = new Container(t, init, UNTIL_TERM);
      await container.until("started\n");
      await container.signal("SIGTERM");
      return container.end();
    },
  );

  for (const [name, number] of [
    ["PWR, as from LXC,", 30],
    ["RTMIN+3, as from systemd,", 37],
  ] as const) {
    const ended = `${128 + number}`;
    testInits(
      `takes ${name} for TERM`,
      { runsvdir: "TERM\n5", tini: ended, dumbInit: ended },
      (t, init) =>
        new Container(t, init, UNTIL_TERM.replace("while", `kill -${number} 1; while`)).end(),
    );
  }

  testInits("reaps orphans", same("reaped\n0"), (t, init) => {
    const orphans = "for n in 1 2 3 4 5 6 7 8 9; do sh -c 'true & true & exec true'; done";
    const wait = "while grep -qs 'State:.Z' /proc/[0-9]*/status; do sleep 0.01; done; echo reaped";
    return new Container(t, init, `${orphans}; ${wait}`).end();
  });

  testInits("ignores the exit code of an orphan", same("goes on\n0"), (t, init) =>
    new Container(t, init, "sh -c 'sh -c \"exit 9\" &'; sleep 0.1; echo goes on").end(),
  );

  testInits(
    "gives the command a process group of its own",
    { runsvdir: "group\n0", tini: "group\n0", dumbInit: "group and session\n0" },
    (t, init) => {
      const script =
        "read -r pid _ _ ppid group session _ </proc/self/stat; [ $group = $$ ] && [ $session = $$ ] && echo group and session && exit; [ $group = $$ ] && echo group";
      return new Container(t, init, script).end();
    },
  );

  const helper =
    "sh -c \"trap 'echo helper; exit' TERM; echo started; while :; do sleep 0.01; done\" &";
  testInits(
    "has TERM reach the command's children after the command, or with it",
    { runsvdir: "command\nhelper\n0", tini: "command\n0", dumbInit: "helper\ncommand\n0" },
    async (t, init) => {
      // The helper may take its time, on a busy machine too.
      const script = `trap 'sleep 3; echo command; exit 0' TERM; ${helper} while :; do sleep 0.01; done`;
      const container = new Container(t, init, script);
      await container.until("started\n");
      await container.signal("SIGTERM");
      return container.end();
    },
  );

  testInits(
    "waits for a command that ignores TERM, without --stop=MS",
    same("SIGUSR1\n9"),
    async (t, init) => {
      const script =
        "trap '' TERM; trap 'echo SIGUSR1; exit 9' USR1; echo started; while :; do sleep 0.01; done";
      const container = new Container(t, init, script);
      await container.until("started\n");
      await container.signal("SIGTERM");
      await container.signal("SIGUSR1");
      return container.end();
    },
  );

  testInits(
    "has an exit code for a command that does not exist",
    { runsvdir: "127", tini: "127", dumbInit: "2" },
    async (t, init) => {
      const box = sandbox(t);
      mkdirSync(join(box.dir, "services"));
      const running = box.start([...NAMESPACE, ...init, "no-such-program"]);
      return `${(await running.exit()).code}`;
    },
  );
});
