/** Whether a start of a service lasts, by a clock that nobody sets. */
import type { StatusRecord } from "../../protocol/status.ts";
import { isSameStart } from "./conditions.ts";
import type { ServiceEvents } from "./event-source.ts";

export class Survival {
  readonly #events: Pick<ServiceEvents, "after">;
  readonly #onOver: () => void;
  #watched: { readonly start: StatusRecord; isOver: boolean } | undefined;

  /** @param onOver called when it is worth asking {@link hasLasted} again */
  constructor(events: Pick<ServiceEvents, "after">, onOver: () => void) {
    this.#events = events;
    this.#onOver = onOver;
  }

  /** Counts from the first call for that start. */
  hasLasted(start: StatusRecord, lastingMs: number): boolean {
    if (this.#watched !== undefined && isSameStart(this.#watched.start, start)) {
      return this.#watched.isOver;
    }
    const watched = { start, isOver: false };
    this.#watched = watched;
    this.#events.after(lastingMs, () => {
      watched.isOver = true;
      this.#onOver();
    });
    return false;
  }
}
