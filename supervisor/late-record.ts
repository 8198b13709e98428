/**
 * The adoption record of a process that could not write it itself, for instance because its disk
 * was full. The supervisor writes it as soon as that works.
 */
import type { Reactor, Timer } from "../base/reactor.ts";
import type { AdoptFile, UnfinishedRecord } from "./adopt-file.ts";

/** The time between attempts to write the record. */
const RETRY_MS = 5_000;

export class LateRecord {
  readonly #file: AdoptFile;
  readonly #pid: number;
  readonly #unfinished: UnfinishedRecord;
  readonly #reactor: Reactor;
  #timer: Timer | undefined;

  constructor(file: AdoptFile, pid: number, unfinished: UnfinishedRecord, reactor: Reactor) {
    this.#file = file;
    this.#pid = pid;
    this.#unfinished = unfinished;
    this.#reactor = reactor;
    this.#try();
  }

  /** Stops the attempts, because the process has ended. */
  close(): void {
    this.#timer?.cancel();
  }

  #try(): void {
    if (this.#file.complete(this.#pid, this.#unfinished)) return;
    this.#timer = this.#reactor.after(RETRY_MS, () => this.#try());
  }
}
