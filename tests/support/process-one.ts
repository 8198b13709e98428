/**
 * Process 1 of a pid namespace, with an /etc, /run and /dev of its own. reboot(2) there ends the
 * namespace, and the kernel reports how: HUP for a reboot, INT for power off or halt.
 *
 * @see pid_namespaces(7); reboot(2), "Behavior inside PID namespaces"
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { children } from "./procfs.ts";
import { type Outcome, run } from "./run.ts";
import {
  type Cleanup,
  type Running,
  type Sandbox,
  SV_ENV,
  sandbox,
  sendSignal,
} from "./sandbox.ts";
import { ours } from "./suite.ts";
import { eventually } from "./wait.ts";

const NAMESPACE = [
  "unshare",
  "--pid",
  "--fork",
  "--mount",
  "--mount-proc",
  "--kill-child",
] as const;
const isPermitted = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), "true"]).status === 0;

/** The reason to skip a test that needs a {@link Process1}. */
export const noNamespace = isPermitted ? false : "needs root, for a pid namespace";

/** The reason to skip a test that needs {@link tamper}. */
export const noStrace = existsSync("/usr/bin/strace") ? false : "needs strace";

const RUNIT = join(ours.bin, "runit");
export const DEBIAN_RUNIT = "/sbin/runit";

const DEVICES = ["null", "zero", "urandom"];
const SET_UP = `set -e
mount --make-rprivate /
mount -t tmpfs none dev
for name in ${DEVICES.join(" ")}; do >dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/shm; mount --bind /dev/shm dev/shm # the sandbox may be there
if [ -p console ]; then >dev/console; mount --bind console dev/console; fi
mount --bind etc /etc
mount --bind run /run
mount --rbind dev /dev
while [ "$WAITS" ] && [ ! -e go ]; do sleep 0.02; done
cd /
eval "$COMMAND"`;

interface Process1Options {
  /** The executable; ours by default. */
  readonly runit?: string;
  /** Whether there is a console: a FIFO that a test reads, in place of standard error. */
  readonly hasConsole?: boolean;
  /** Whether the machine starts only when the test has written the file `go`. */
  readonly waits?: boolean;
  /** Whether the executable is a copy, which a test may replace. */
  readonly isCopy?: boolean;
  /** Words before the executable, for the shell: `ulimit -v 1000;`. */
  readonly before?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class Process1 {
  readonly box: Sandbox;
  readonly #unshare: Running;

  /** @param files by their path below / (`etc/runit/1`), executable if they begin with `#!` */
  constructor(t: Cleanup, files: Readonly<Record<string, string>>, options: Process1Options = {}) {
    this.box = sandbox(t);
    for (const dir of ["etc/runit", "run", "dev", "bin"])
      mkdirSync(this.path(dir), { recursive: true });
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    for (const name of ["runit", "runit-init", "init", "halt", "poweroff", "reboot", "shutdown"]) {
      symlinkSync(RUNIT, this.path(`bin/${name}`));
    }
    if (options.hasConsole) execFileSync("mkfifo", [this.path("console")]);
    if (options.isCopy) {
      rmSync(this.path("bin/runit"));
      copyFileSync(RUNIT, this.path("bin/runit"));
    }
    const { runit = this.path("bin/runit"), before = "" } = options;
    this.#unshare = this.box.start([...NAMESPACE, "sh", "-c", SET_UP], {
      env: {
        COMMAND: `${before} exec ${runit}`,
        WAITS: options.waits ? "yes" : "",
        ...options.env,
      },
    });
  }

  /** A path of the machine, as the test reaches it. */
  path(name: string): string {
    return join(this.box.dir, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8") : "";
  }

  /** The output of process 1 and its stages so far. */
  output(): string {
    return this.#unshare.stdout() + this.#unshare.stderr();
  }

  /** The messages of process 1, without their prefix. */
  messages(): string[] {
    const lines = this.#unshare.stderr().split("\n");
    return lines.filter((line) => line.startsWith("- runit: ")).map((line) => line.slice(9));
  }

  /** Waits until a message that contains `text` has appeared `count` times. */
  async untilSays(text: string, count = 1): Promise<void> {
    const found = () => this.messages().filter((line) => line.includes(text)).length >= count;
    await eventually(
      `"${text}"`,
      () => found() || undefined,
      () => this.output(),
    );
  }

  /** Waits until a file of the machine contains `text`. */
  async untilWritten(name: string, text: string): Promise<void> {
    const found = () => this.read(name).includes(text);
    const tell = () => `${name}: ${this.read(name)}\n${this.output()}`;
    await eventually(`"${text}" in ${name}`, () => found() || undefined, tell);
  }

  async pid(): Promise<number> {
    const first = () => children(this.#unshare.pid)[0];
    return eventually("process 1", first, () => this.output());
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    sendSignal(await this.pid(), name);
  }

  /** Executes a shell's commands in the namespace. */
  async run(script: string): Promise<Outcome> {
    const enter = ["nsenter", "-t", `${await this.pid()}`, "--pid", "--mount", "--wd=/"];
    return run(this.box, [...enter, "sh", "-c", script], {
      env: { PATH: `${this.path("bin")}:/usr/bin:/bin`, ...SV_ENV },
    });
  }

  /** How the namespace ended: INT for power off, HUP for a reboot. */
  async end(): Promise<NodeJS.Signals | null> {
    return (await this.exit()).signal;
  }

  /** The same, or the exit code of process 1. */
  async exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { code, signal } = await this.#unshare.exit();
    return { code, signal };
  }
}

/** Has strace change a call of process 1 and its children; it ends with them. */
export async function tamper(machine: Process1, injection: string): Promise<Running> {
  const [call = ""] = injection.split(":");
  const words = [`-fp${await machine.pid()}`, `-etrace=${call}`, `-einject=${injection}`];
  const strace = machine.box.start(["strace", ...words], {});
  await eventually(
    "strace is attached",
    () => strace.stderr().includes("attached") || undefined,
    () => strace.stderr(),
  );
  return strace;
}
