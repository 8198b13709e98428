/**
 * When the next scan is due: soon after a change, but never so often that scans take more than part
 * of a CPU; and, while changes may go unnoticed, a look at the directory every five seconds.
 */
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";

/** The interval of polls, for changes that the watch misses. */
const POLL_EVERY_MS = 5_000;
/**
 * The pause after a scan is this many times the scan's duration: a storm of changes costs only part
 * of a CPU.
 */
const PAUSE_PER_SCAN = 3;
const PAUSE_LEAST_MS = 2;

export class ScanSchedule {
  readonly #reactor: Reactor;
  readonly #scan: () => void;
  readonly #poll: () => void;
  #nextScan: Timer | undefined;
  #nextScanAtMs = Number.POSITIVE_INFINITY;
  #notBeforeMs = 0;
  #nextPoll: Timer | undefined;

  /**
   * @param scan called when a scan is due; calls {@link run}
   * @param poll called when a poll is due; calls {@link pollLater} if it is not the last
   */
  constructor(reactor: Reactor, scan: () => void, poll: () => void) {
    this.#reactor = reactor;
    this.#scan = scan;
    this.#poll = poll;
  }

  /**
   * Scans after `delayMs`, or earlier if a scan is already due, but not before the pause is over.
   */
  scanAfter(delayMs: number): void {
    const nowMs = monotonicMs();
    const atMs = Math.max(nowMs + delayMs, this.#notBeforeMs);
    if (atMs >= this.#nextScanAtMs) return;
    this.#nextScan?.cancel();
    this.#nextScanAtMs = atMs;
    this.#nextScan = this.#reactor.after(atMs - nowMs, () => this.#scan());
  }

  /** Runs a scan, which takes the place of any that is due, and begins the pause after it. */
  run(scan: () => void): void {
    this.#nextScan?.cancel();
    this.#nextScanAtMs = Number.POSITIVE_INFINITY;
    this.pollLater(); // before the scan: if that fails, a poll retries it
    const beganMs = monotonicMs();
    scan();
    const endedMs = monotonicMs();
    this.#notBeforeMs = endedMs + Math.max(PAUSE_LEAST_MS, PAUSE_PER_SCAN * (endedMs - beganMs));
  }

  pollLater(): void {
    this.#nextPoll ??= this.#reactor.after(POLL_EVERY_MS, () => {
      this.#nextPoll = undefined;
      this.#poll();
    });
  }

  stopPolling(): void {
    this.#nextPoll?.cancel();
    this.#nextPoll = undefined;
  }
}
