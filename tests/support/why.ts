/** The answers of sv why. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type RunOptions, run } from "./run.ts";
import { ours, tool } from "./suite.ts";
import type { Supervised } from "./supervise.ts";
import { mask } from "./sv.ts";
import { DEADLINE_MS, NeverHappened } from "./wait.ts";

const LOOK_EVERY_MS = 50;

interface WhyOptions extends RunOptions {
  /** A command in front. */
  readonly via?: readonly string[];
  /** The service, if not `service`. */
  readonly name?: string;
}

/** The first line about a service, without its name; ages and pids in parentheses are masked. */
export async function answerOf(service: Supervised, options: WhyOptions = {}): Promise<string> {
  const { name = "service", via = [], ...rest } = options;
  const env = { SVDIR: service.box.dir, ...rest.env };
  const command = [...via, tool(ours, "sv"), "why", name];
  const { code, stdout, stderr } = await run(service.box, command, { ...rest, env });
  assert.equal(stderr, "");
  assert.ok(code === 0 || stdout.includes("unreadable"), stdout);
  const [line = ""] = stdout.split("\n", 1);
  assert.ok(line.startsWith(`${name}: `), stdout);
  return mask(line.slice(name.length + 2));
}

/** Waits for an answer that `wanted` accepts. */
export async function untilAnswer(
  service: Supervised,
  wanted: (answer: string) => boolean,
  options: WhyOptions = {},
): Promise<string> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await answerOf(service, options);
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) {
      throw new NeverHappened(`sv why answers: ${answer}\n${service.tell()}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}
