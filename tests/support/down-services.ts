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
  for (const name of names) {
    const dir = join(box.dir, "made", name);
    mkdirSync(join(dir, "supervise"), { recursive: true });
    writeFileSync(join(dir, "run"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    writeFileSync(join(dir, "down"), "");
    writeFileSync(join(dir, "supervise/status"), status);
    for (const name of ["ok", "control"]) linkSync(fifo, join(dir, "supervise", name));
    symlinkSync(`../made/${name}`, join(box.dir, "services", name));
  }
  return box;
}
