/** Runs sv on services that tests supervise, and reads its answers. */
import { type Outcome, type RunOptions, runTool } from "./run.ts";
import type { Cleanup } from "./sandbox.ts";
import type { Description } from "./service.ts";
import { ours } from "./suite.ts";
import { type Supervised, supervise } from "./supervise.ts";

/** Pids and ages as placeholders. */
export const mask = (text: string) =>
  text.replace(/\(pid \d+\)/g, "(pid N)").replace(/ \d+s\b/g, " Ns");

/** Without the path of a missing service directory, which ours adds: `sv-path-told`. */
export function withoutPath(text: string): string {
  return text.replaceAll(/(unable to change to service directory: [^(\n]*) \([\s\S]*?\)$/gm, "$1");
}

/** Runs sv on services beside `service`, which is called "service". */
export function sv(
  service: Supervised,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const env = { SVDIR: service.box.dir, ...options.env };
  return runTool(service.box, ours, "sv", args, { ...options, env });
}
/** The output and exit code of sv. */

export async function say(
  service: Supervised,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await sv(service, args, options);
  return `${mask(stdout)}${stderr}${code}`;
}

/** A service that is supervised, and runs unless it is normally down. */
export async function up(t: Cleanup, description: Description): Promise<Supervised> {
  const service = supervise(t, description);
  await service.untilSupervised();
  if (description.down !== true) await service.untilRunning();
  return service;
}
