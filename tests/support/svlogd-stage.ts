/** A log directory in a sandbox, with an svlogd that writes to it. */
import { join } from "node:path";
import { type Cleanup, type Sandbox, sandbox } from "./sandbox.ts";
import { originalInPlace, ours } from "./suite.ts";
import { LogDir, LogTool } from "./svlogd.ts";

export const TOOL = join(ours.bin, "svlogd");

/** Skips a test of an intended difference; `key` is a row of docs/differences.md. */
export const improved = (key: string) => ({
  skip: originalInPlace && `the original differs: ${key}`,
});

export const NOBODY = 65_534;

interface Stage {
  readonly box: Sandbox;
  readonly dir: LogDir;
  readonly start: (...words: string[]) => LogTool;
}

/** One log directory, `log`. */
export function stage(t: Cleanup, config?: string): Stage {
  const box = sandbox(t);
  const dir = new LogDir(join(box.dir, "log"), config);
  const start = (...words: string[]) => {
    const line = words.some((word) => /(^|\/)log/.test(word)) ? words : [...words, "log"];
    return new LogTool(box, TOOL, line, { cwd: box.dir, argv0: "svlogd" });
  };
  return { box, dir, start };
}
