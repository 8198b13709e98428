/** Runs a tool to its end and reports all that it said. */
import type { Sandbox, StartOptions } from "./sandbox.ts";
import { type Suite, type Tool, tool } from "./suite.ts";
import { DEADLINE_MS } from "./wait.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends StartOptions {
  readonly deadlineMs?: number;
}

export async function run(
  box: Sandbox,
  command: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const running = box.start(command, options);
  const { code } = await running.exit(options.deadlineMs ?? DEADLINE_MS);
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** As `run`, with a tool of a suite under its plain name. */
export function runTool(
  box: Sandbox,
  suite: Suite,
  name: Tool,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return run(box, [tool(suite, name), ...args], { argv0: name, ...options });
}
