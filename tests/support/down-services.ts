/** Many services that have a supervisor, as it seems to sv, and cost no process. */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { encodeStatus } from "../../protocol/status.ts";
import { type Cleanup, type Sandbox, sandbox } from "./sandbox.ts";

/** `s000`, `s001`, and so on. */
export function numberedNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `s${String(index).padStart(3, "0")}`);
}

/**
 * Services that are down, as they should be: directories in `made`, and links in `services`. One
 * FIFO that somebody reads proves all alive, and takes their commands.
 *
 * @param names byte strings
 */
export function downServices(t: Cleanup, names: readonly string[]): Sandbox {
  const box = sandbox(t);
  const fifo = join(box.dir, "fifo");
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(async () => closeSync(reader));
  box.start(["sh", "-c", 'exec cat <>"$0" >/dev/null', fifo]); // reads the commands
  const since = { seconds: Math.floor(Date.now() / 1_000), nanoseconds: 0 };
  const flags = { phase: "down", want: "down", paused: false, termSent: false } as const;
  const status = Buffer.from(encodeStatus({ ...flags, since, pid: 0 }), "latin1");
  mkdirSync(join(box.dir, "services"));
  const at = (path: string) => Buffer.from(join(box.dir, path), "latin1");
  for (const name of names) {
    const dir = `made/${name}`;
    mkdirSync(at(`${dir}/supervise`), { recursive: true });
    writeFileSync(at(`${dir}/run`), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    writeFileSync(at(`${dir}/down`), "");
    writeFileSync(at(`${dir}/supervise/status`), status);
    for (const file of ["ok", "control"]) linkSync(fifo, at(`${dir}/supervise/${file}`));
    symlinkSync(Buffer.from(`../made/${name}`, "latin1"), at(`services/${name}`));
  }
  return box;
}
