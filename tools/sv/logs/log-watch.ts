/**
 * Waits until logs grow: by inotify, or by looking again and again if a directory cannot be
 * watched.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { Reactor } from "../../../base/reactor.ts";
import { STDOUT } from "../../../base/report.ts";
import { Signals } from "../../../base/signals.ts";
import { DeferredThrow } from "../words/deferred-throw.ts";

const POLL_MS = 250;

export class LogWatch<Log extends { readonly directory: string }> {
  readonly #reactor = new Reactor(new Signals([], []));
  readonly #logs: readonly Log[];
  readonly #onGrown: (logs: readonly Log[]) => void;
  readonly #byId = new Map<number, Log[]>();
  readonly #polled: Log[] = [];
  readonly #watch: number | undefined = ignoringErrors(() => posix.watchOpen());
  readonly #thrown = new DeferredThrow(() => this.#reactor.stop(0));

  /**
   * Begins to watch.
   *
   * @param onGrown called with the logs that may have grown, in the order of `logs`
   */
  constructor(logs: readonly Log[], onGrown: (logs: readonly Log[]) => void) {
    this.#logs = logs;
    this.#onGrown = onGrown;
    const watch = this.#watch;
    if (watch !== undefined) this.#reactor.onReadable(watch, () => this.#takeEvents(watch));
    for (const log of logs) this.#add(log);
    if (this.#polled.length > 0) this.#pollAgain();
    // It would notice only at the next line that its reader has gone.
    this.#reactor.onHangUp(STDOUT, () => this.#reactor.stop(0));
  }

  /** Calls back until the reader of standard output has gone. */
  run(): void {
    this.#reactor.run();
    this.#thrown.rethrow();
  }

  #add(log: Log): void {
    const watch = this.#watch;
    const id =
      watch === undefined
        ? undefined
        : ignoringErrors(() => posix.watchAdd(watch, log.directory, "content"));
    if (id === undefined) this.#polled.push(log);
    else this.#byId.set(id, [...(this.#byId.get(id) ?? []), log]);
  }

  #takeEvents(watch: number): void {
    const grown = new Set<Log>();
    for (const { id, overflow } of posix.watchRead(watch)) {
      for (const log of overflow ? this.#logs : (this.#byId.get(id) ?? [])) grown.add(log);
    }
    this.#report(this.#logs.filter((log) => grown.has(log)));
  }

  #pollAgain(): void {
    this.#reactor.after(POLL_MS, () => {
      this.#report(this.#polled);
      this.#pollAgain();
    });
  }

  #report(logs: readonly Log[]): void {
    this.#thrown.attempt(() => this.#onGrown(logs));
  }
}
