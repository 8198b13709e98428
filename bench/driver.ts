/** Compiles and runs driver.c, and parses its output. */
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
  /** The most resident memory that it had. */
  readonly rssMiB: number;
}

export class Driver {
  readonly path = compiled(SOURCE);

  /** The duration of each of `count` runs. */
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

  /** The cost of a command that reads the output of a shell's `source`. */
  usage(source: string, command: readonly string[]): Usage {
    const told = execFileSync(
      "/bin/sh",
      ["-c", `${source} | "$@"`, "sh", this.path, "usage", ...command],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [wallNs = Number.NaN, cpuNs = Number.NaN, rssKiB = Number.NaN] = told
      .trim()
      .split(" ")
      .map(Number);
    return { wallS: wallNs / 1e9, cpuS: cpuNs / 1e9, rssMiB: rssKiB / 1_024 };
  }
}

/** The times that are stamped into a file; empty while the file does not exist. */
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

/** The clock of the stamps. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
