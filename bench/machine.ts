/** The machine and the versions of a run. */
import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import { inRoot } from "../build/paths.ts";

/** The load is that before the run: near 0 on an idle machine. */
export function machine(): Record<string, string> {
  return {
    processors: `${cpus().length} x ${cpus()[0]?.model ?? "?"}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    Linux: release(),
    load: (loadavg()[0] ?? 0).toFixed(1),
  };
}

export function versions(): Record<string, string> {
  const commit = said("git", ["-C", inRoot(), "describe", "--always", "--dirty"]);
  const all: Record<string, string> = { runits: commit ?? "?" };
  for (const name of ["runit", "s6", "daemontools"]) {
    const version = said("dpkg-query", ["-W", "-f", `\${Version}`, name]);
    if (version !== undefined) all[name] = version;
  }
  return all;
}

function said(command: string, words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, words, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
