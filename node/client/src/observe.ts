/** Waits until a view of a service is what a caller wants. */
import * as posix from "posix";
import type { NamedService } from "../../../tools/sv/service.ts";
import { ServiceObserver } from "../../../tools/sv/words/service-observer.ts";
import type { ServiceView } from "../../../tools/sv/words/service-view.ts";
import { viewOf } from "../../../tools/sv/words/view.ts";
import { type CallOptions, calling } from "./call.ts";
import { NodeServiceEvents } from "./service-events.ts";

/** What a view means for a wait: nothing yet, its end, or its failure. */
export type Judgement = "pending" | "holds" | Error;

interface Observation extends CallOptions {
  /** Asks again after each change, and when `again` is called. */
  readonly judge: (view: ServiceView, events: NodeServiceEvents, again: () => void) => Judgement;
  readonly onTimeout: (last: ServiceView) => Error;
  /** Called in any case. */
  readonly end?: () => void;
}

/** @returns the view that holds */
export function observe(
  service: NamedService,
  { signal, timeoutMs, judge, onTimeout, end }: Observation,
  ended: AbortSignal,
): Promise<ServiceView> {
  const events = new NodeServiceEvents();
  const view = (): ServiceView => viewOf(service, { now: posix.clockReal() });
  let look = (): void => {};
  let observer: ServiceObserver | undefined;
  let fails = (_: unknown): void => {};
  return calling<ServiceView>([signal, ended], timeoutMs, {
    begin: (done, fail) => {
      fails = fail;
      const take = (seen: ServiceView): void => {
        const judgement = judge(seen, events, () => look());
        if (judgement === "holds") done(seen);
        else if (judgement !== "pending") fail(judgement);
      };
      look = () => take(view());
      observer = new ServiceObserver(service, events, take);
      observer.begin();
    },
    onTimeout: () => {
      look();
      fails(onTimeout(view()));
    },
    end: () => {
      look = () => {};
      observer?.end();
      end?.();
      events.end();
    },
  });
}
