/** soak.c, compiled. */
import { join } from "node:path";
import { compiled } from "../support/compile.ts";

export function soakProgram(): string {
  return compiled(join(import.meta.dirname, "soak.c"));
}

/** A script that is one of its programs, with no shell between. */
export const soakScript = (program: "brief" | "stay" | "talk"): string =>
  `#!${soakProgram()} ${program}\n`;
