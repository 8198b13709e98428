/** A Debian in a chroot, with processes and a network of its own, on which packages come and go. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { children, comm } from "../support/procfs.ts";
import { type Outcome, run } from "../support/run.ts";
import { type Cleanup, type Running, type Sandbox, sandbox } from "../support/sandbox.ts";
import { eventually } from "../support/wait.ts";

export const FETCHED = resolve(import.meta.dirname, "../../dist/packages/debian");
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const DEADLINE_MS = 600_000; // apt takes its time on a busy machine

/** A file system that is mounted nodev has none. */
const hasDevices = (): boolean =>
  spawnSync("sh", [
    "-c",
    'file=$(mktemp -u); trap \'rm "$file"\' EXIT; mknod "$file" c 1 3 && : >"$file"',
  ]).status === 0;

export const onDebian = {
  skip: !existsSync(FETCHED)
    ? "tests/packages/fetch-debian makes a Debian"
    : !hasDevices() && "needs devices in the directory for temporary files",
};

export class Debian {
  readonly box: Sandbox;
  readonly #root: string;
  #init: Running | undefined;

  constructor(t: Cleanup) {
    this.box = sandbox(t);
    chmodSync(this.box.dir, 0o755);
    this.#root = join(this.box.dir, "root");
    execFileSync("cp", ["-a", FETCHED, this.#root]); // with its devices
    this.write("etc/hosts", "127.0.0.1 localhost\n"); // Debian's installer writes it
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode });
  }

  /** Copies a file of this machine into /root. @returns its path there */
  bring(file: string): string {
    copyFileSync(file, this.path(`root/${basename(file)}`));
    return `/root/${basename(file)}`;
  }

  /** Starts process 1, which keeps the namespace. */
  async boot(): Promise<void> {
    const script = `ip link set lo up
      mount -t proc proc '${this.path("proc")}'
      exec chroot '${this.#root}' sleep infinity`;
    const enter = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"];
    const init = this.box.start([...enter, "sh", "-ec", script]);
    this.#init = init;
    const isUp = () => {
      const [pid] = children(init.pid);
      return pid !== undefined && comm(pid) === "sleep" ? true : undefined;
    };
    await eventually("process 1", isUp, () => init.stderr());
  }

  run(script: string): Promise<Outcome> {
    return run(this.box, this.#command(script), { env: { PATH }, deadlineMs: DEADLINE_MS });
  }

  /** As {@link run}, and fails the test unless the commands exit 0. @returns the output */
  async type(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(script);
    if (code !== 0) throw new Error(`exit code ${code}: ${script}\n${stdout}${stderr}`);
    return stdout;
  }

  start(script: string): Running {
    return this.box.start(this.#command(script), { env: { PATH } });
  }

  #command(script: string): string[] {
    const [pid] = children(this.#init?.pid ?? 0);
    const enter = ["nsenter", "-t", `${pid}`, "--mount", "--net", "--pid", "chroot", this.#root];
    return [...enter, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-ec", script];
  }
}
