/** An action that a sweep plays again and again, each time with another call that fails. */

import type { Verdict } from "../fault-tree.ts";
import type { FaultSwitch } from "../switch.ts";

export interface Stage {
  /** Stages of one kind share a row of the table. */
  readonly kind: string;
  readonly name: string;
  /** The process is killed after each call in turn, in place of the call's errors. */
  readonly isDeadly?: boolean;
  /** Sets the scene, which nothing fails in yet. */
  readonly open: () => Promise<Scene>;
}

export interface Scene {
  readonly faults: FaultSwitch;
  /**
   * The action during which a call may fail; it returns when the tools have come through with it,
   * as far as they do.
   */
  act(): Promise<void>;
  /** The outcome of it, once nothing fails any more. */
  judge(): Promise<Verdict>;
  close(): Promise<void>;
}
