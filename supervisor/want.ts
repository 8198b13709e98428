/**
 * The want that control bytes leave.
 *
 * Pure: values in, a value out.
 */
import type { ControlByte } from "../protocol/control.ts";
import { asksForExit } from "./command-queue.ts";
import type { Service, Want } from "./state.ts";

/**
 * Only a start takes back an exit: the `d` that a ./finish writes to its own supervisor must not
 * keep it from exiting. A log service exits at the end of its input, whatever its want.
 */
export function wantAfter({ role, want }: Pick<Service, "role" | "want">, byte: ControlByte): Want {
  switch (byte) {
    case "u":
      return "up";
    case "o": // once: run, and do not restart
      return "down";
    case "d":
      return role === "main" && want === "exit" ? "exit" : "down";
    case "x":
      return "exit";
    default:
      return want;
  }
}

/**
 * Applies the commands that were given before the process ended: they decide the next state. The
 * process cannot take signals any more, so their control scripts do not run.
 */
export function withCommands(now: Service, commands: readonly ControlByte[]): Service {
  if (commands.length === 0) return now;
  const { role, phase } = now;
  let { want, exitRequested, startRequested } = now;
  for (const byte of commands) {
    want = wantAfter({ role, want }, byte);
    exitRequested ||= phase === "run" && asksForExit(byte);
    startRequested ||= byte === "u";
  }
  return { ...now, want, exitRequested, startRequested };
}
