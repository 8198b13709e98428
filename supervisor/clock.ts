/** The present moment, on the two clocks that a supervisor uses. */
import * as posix from "posix";
import { monotonicMs } from "../base/reactor.ts";
import type { Moment } from "./state.ts";

export function now(): Moment {
  return { unix: posix.clockReal(), monotonicMs: monotonicMs() };
}
