/**
 * A machine on which the commands of the guides are typed: with a /etc, /srv, /run, /var and
 * network of its own.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cmdline, executable } from "./procfs.ts";
import { type Outcome, run } from "./run.ts";
import { type Cleanup, type Running, type Sandbox, SV_ENV, sandbox } from "./sandbox.ts";
import { type Description, makeService, ServiceDirectory } from "./service.ts";
import { originalInPlace, ours } from "./suite.ts";
import { eventually } from "./wait.ts";

/** The machine has our tools where `npm run install-to -- /usr/local` puts them. */
const BIN = "/usr/local/bin";
/** A second place for node, because `BIN` may hide the first. */
const NODE = "/mnt";
const PATH = [BIN, "/usr/sbin", "/usr/bin", "/sbin", "/bin", NODE].join(delimiter);
const OWN = ["etc", "srv", "run", "var"] as const;
const NAMESPACE = ["unshare", "--mount", "--net"] as const;
const IS_PERMITTED = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), "true"]).status === 0;

const SET_UP = `set -e
mount --make-rprivate /
mount --bind '${dirname(process.execPath)}' ${NODE}
mount --bind '${ours.bin}' ${BIN}
for dir in ${OWN.join(" ")}; do mount --bind $dir /$dir; done
ip link set lo up
cd /
exec runsvdir /etc/service`;

/**
 * Options of a test that needs a {@link Machine}.
 *
 * @param programs programs that the commands need beside our tools and node
 */
export function machineFor(...programs: readonly string[]): { readonly skip: string | false } {
  const lacking = ["ip", ...programs].filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0,
  );
  if (originalInPlace) return { skip: "ours only" };
  if (lacking.length > 0) return { skip: `lacks ${lacking.join(", ")}` };
  return { skip: !IS_PERMITTED && "unshare is not permitted" };
}

/** `runsvdir /etc/service` runs there from the start. */
export class Machine {
  readonly box: Sandbox;
  readonly #runsvdir: Running;

  constructor(t: Cleanup) {
    this.box = sandbox(t);
    chmodSync(this.box.dir, 0o755);
    for (const dir of OWN) mkdirSync(this.path(dir));
    spawnSync("cp", ["-a", "/etc/.", this.path("etc")]);
    rmSync(this.path("etc/service"), { recursive: true, force: true });
    for (const dir of ["etc/service", "etc/sv", "etc/cron.d", "var/lib"]) {
      mkdirSync(this.path(dir), { recursive: true });
    }
    symlinkSync("/run", this.path("var/run"));
    this.#runsvdir = this.box.start([...NAMESPACE, "sh", "-c", SET_UP], { env: { PATH } });
  }
  /** The path by which the test reaches a file of the machine, such as `etc/sv/web/run`. */
  path(name: string): string {
    return join(this.box.dir, name);
  }
  /** Writes a file and makes the directories above it. */
  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode });
  }
  /** Makes `/etc/sv/NAME` and links it into `/etc/service`. */
  add(name: string, description: Description): ServiceDirectory {
    makeService(this.path(`etc/sv/${name}`), description);
    symlinkSync(`/etc/sv/${name}`, this.path(`etc/service/${name}`));
    return this.service(name);
  }
  /** Executes commands there as root. */
  async run(script: string): Promise<Outcome> {
    await this.#untilSetUp();
    const enter = ["nsenter", "-t", `${this.#runsvdir.pid}`, "--mount", "--net", "--wd=/"];
    return run(this.box, [...enter, "sh", "-ec", script], { env: { PATH, ...SV_ENV } });
  }
  /** As {@link run}, and fails the test unless the commands exit 0. */
  async type(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(script);
    if (code !== 0) throw new Error(`exit code ${code}: ${script}\n${stdout}${stderr}`);
    return stdout;
  }
  service(name: string): ServiceDirectory {
    return new ServiceDirectory(this.path(`etc/sv/${name}`), () => this.#runsvdir.stderr());
  }
  async #untilSetUp(): Promise<void> {
    const { pid } = this.#runsvdir;
    const isSetUp = () => (executable(pid)?.endsWith("/runsvdir") === true ? true : undefined);
    const tell = () => `${cmdline(pid).join(" ")}: ${this.#runsvdir.stderr()}`;
    await eventually("runsvdir", isSetUp, tell);
    this.box.ownNamespaceOf(pid);
  }
}
