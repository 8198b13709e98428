/**
 * Reads the exit relay, on which runsvdir reports exits of orphans, and passes each report to the
 * orphan that it is about. Closes the relay once no orphan is left.
 */
import * as posix from "posix";
import type { Reactor } from "../base/reactor.ts";
import { exitsIn } from "../protocol/exit-line.ts";
import type { Orphan } from "./orphan.ts";

/**
 * Bytes read at once from the exit relay. Lines arrive whole, because each is one short write, and
 * few arrive at a time.
 */
const LINES_MAX_BYTES = 4_096;

export class ExitRelayReader {
  readonly #reactor: Reactor;
  #orphans: readonly Orphan[];
  #relay: number | undefined;

  /** @param relay the descriptor of the relay, which this object closes */
  constructor(relay: number, orphans: readonly Orphan[], reactor: Reactor) {
    this.#reactor = reactor;
    this.#orphans = orphans;
    this.#relay = relay;
    for (const orphan of orphans) orphan.expectWord();
    if (orphans.length === 0) this.close();
    else reactor.onReadable(relay, () => this.#read(relay));
  }

  /** Call this when the orphan has ended. */
  remove(orphan: Orphan): void {
    this.#orphans = this.#orphans.filter((each) => each !== orphan);
    if (this.#orphans.length === 0) this.close();
  }

  close(): void {
    if (this.#relay === undefined) return;
    this.#reactor.forget(this.#relay);
    posix.close(this.#relay);
    this.#relay = undefined;
  }

  #read(relay: number): void {
    const lines = posix.read(relay, LINES_MAX_BYTES);
    if (lines?.length === 0) this.close();
    for (const exit of exitsIn(String.fromCharCode(...(lines ?? [])))) {
      this.#orphans.find(({ pid }) => pid === exit.pid)?.hear(exit);
    }
  }
}
