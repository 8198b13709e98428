/** Options that skip a test on machines on which it cannot run. */
import { spawnSync } from "node:child_process";

/** Whether, and why, a test is skipped. */
interface Skip {
  readonly skip: string | false;
}

const isRoot = process.getuid?.() === 0;

/** For tests that mount, set immutable flags or change user. */
export const asRoot: Skip = { skip: !isRoot && "needs root" };

/** The first reason that any of them has. */
export function both(...options: readonly Skip[]): Skip {
  return options.find(({ skip }) => skip !== false) ?? { skip: false };
}

/** For tests that need programs that a machine may not have. */
export function withPrograms(...names: readonly string[]): Skip {
  const lacking = names.filter((name) => !hasProgram(name));
  return { skip: lacking.length > 0 && `lacks ${lacking.join(", ")}` };
}

function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
