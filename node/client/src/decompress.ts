/**
 * In the place of tools/sv/logs/decompress.ts: a compressed log file, read through its program. It
 * blocks until the program has ended, because the readers of sv logs are synchronous: they would
 * block for as long again while they look for the last lines in what it wrote.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as engine from "../../../tools/sv/logs/decompress.ts";
import type { Decompressor } from "../../../tools/sv/logs/decompress.ts";

/** The exit code stands in for the pid: the program has ended. */
export const decompress: typeof engine.decompress = (program, file): Decompressor | undefined => {
  const folder = fs.mkdtempSync(join(tmpdir(), "runits-log-"));
  const path = join(folder, "lines");
  const output = fs.openSync(path, "wx+", 0o600);
  fs.rmSync(folder, { recursive: true });
  const input = fs.openSync(`/proc/self/fd/${file}`, "r"); // from the start of the file
  try {
    const { status, error } = spawnSync(program, ["-dc"], { stdio: [input, output, "ignore"] });
    if (error !== undefined) {
      fs.closeSync(output);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    // The program has moved the offset, which the reader shares.
    const start = fs.openSync(`/proc/self/fd/${output}`, "r");
    fs.closeSync(output);
    return { pid: status ?? -1, output: start };
  } finally {
    fs.closeSync(input);
  }
};

export const hasSucceeded: typeof engine.hasSucceeded = (code) => code === 0;
