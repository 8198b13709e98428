/**
 * The want that a control byte leaves.
 *
 * Pure: values in, a value out.
 */
import type { ControlByte } from "../protocol/control.ts";
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
