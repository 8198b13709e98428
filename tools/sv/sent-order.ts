/**
 * What sv remembers of an order that it has sent to a service.
 *
 * Pure: types only.
 */
import type { StatusRecord } from "../../protocol/status.ts";

/** An order that was sent, and the service since. */
export interface SentOrder {
  /** The status before it. */
  readonly before: StatusRecord;
  /** The last status seen. */
  now: StatusRecord;
  /**
   * The version of a status that may be untrue: sv waits until the supervisor has written another
   * one.
   */
  doubted: string | undefined;
  /** The service has crashed, so its next start has to last. */
  failing: boolean;
  /** The text of supervise/history before it; not read unless the order starts a service. */
  readonly history: string | undefined;
  /**
   * supervise/ok, which hangs up when the supervisor ends; `undefined` if no descriptor was to
   * spare, or if the supervisor announces its end at supervise/event.
   */
  ok: number | undefined;
}
