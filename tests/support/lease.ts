/** A file that nobody can open or execute for a while: somebody has a lease on it. */
import { join } from "node:path";
import { compiled } from "./compile.ts";
import type { Running, Sandbox } from "./sandbox.ts";
import { eventually } from "./wait.ts";

const SOURCE = join(import.meta.dirname, "lease.c");

async function untilMessage(holder: Running, word: string): Promise<void> {
  await eventually(
    `word "${word}"`,
    () => (holder.stdout().split("\n").includes(word) ? true : undefined),
    () => holder.stdout() + holder.stderr(),
  );
}

/** Whoever executes `path` waits from now on, until the process that this returns is ended. */
export async function hold(box: Sandbox, path: string): Promise<Running> {
  const holder = box.start([compiled(SOURCE), path]);
  await untilMessage(holder, "leased");
  return holder;
}

/** Until somebody waits. */
export function untilAsked(holder: Running): Promise<void> {
  return untilMessage(holder, "asked");
}
