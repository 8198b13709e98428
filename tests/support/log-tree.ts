/** Service directories with logs that nobody writes to: their files are made by the test. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tai64nLabel } from "../../protocol/tai.ts";
import { type Outcome, type RunOptions, runTool } from "./run.ts";
import type { Sandbox } from "./sandbox.ts";
import { ours } from "./suite.ts";

/** 2026-11-28 12:00:00 UTC. */
export const NOON_S = 1_795_867_200;

/** The TAI64N label of a moment so many seconds after noon. */
export function label(seconds: number): string {
  return tai64nLabel({ seconds: NOON_S + seconds, nanoseconds: 0 });
}

/** Lines with stamps, of these seconds after noon. */
export function stamped(...seconds: readonly number[]): string {
  return seconds.map((second) => `${label(second)} at ${second}\n`).join("");
}

/** Makes NAME/log/main with these files. @returns the log directory */
export function makeLog(
  box: Sandbox,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
): string {
  const directory = join(box.dir, name, "log/main");
  mkdirSync(directory, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(directory, file), content, "latin1");
  }
  return directory;
}

/** Runs `sv logs`, in UTC. */
export function svLogs(
  box: Sandbox,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const env = { SVDIR: box.dir, TZ: "UTC", ...options.env };
  return runTool(box, ours, "sv", ["logs", ...words], { ...options, env });
}
