/** driver.c, compiled, and what it tells. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compiled } from "../tests/support/compile.ts";

const SOURCE = resolve(import.meta.dirname, "driver.c");
/** Length of a stamp: 20 digits and a newline. */
const STAMP_BYTES = 21;

export interface Usage {
  readonly wallS: number;
  readonly cpuS: number;
}

export class Driver {
  readonly path = compiled(SOURCE);

  /** How long each of so many runs took. */
  timesMs(count: number, command: readonly string[], path?: string): number[] {
    const env = { ...process.env, ...(path === undefined ? {} : { PATH: path }) };
    const told = execFileSync(this.path, ["time", `${count}`, ...command], {
      encoding: "utf8",
      env,
    });
    return told
      .trim()
      .split("\n")
      .map((ns) => Number(ns) / 1e6);
  }

  /** What a command costs that reads what a shell's `source` writes. */
  usage(source: string, command: readonly string[]): Usage {
    const told = execFileSync(
      "/bin/sh",
      ["-c", `${source} | "$@"`, "sh", this.path, "usage", ...command],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [wallNs = Number.NaN, cpuNs = Number.NaN] = told.trim().split(" ").map(Number);
    return { wallS: wallNs / 1e9, cpuS: cpuNs / 1e9 };
  }
}

/** The times stamped into a file; none while there is no such file. */
export function stampsMs(file: string): number[] {
  let text: string;
  try {
    text = readFileSync(file, "latin1");
  } catch {
    return [];
  }
  const count = Math.floor(text.length / STAMP_BYTES);
  return Array.from(
    { length: count },
    (_, index) => Number(text.slice(index * STAMP_BYTES, index * STAMP_BYTES + 20)) / 1e6,
  );
}

/** The clock that stamps are made with. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
