/**
 * The record of a process that could not write it itself: its disk was full, for instance. The supervisor writes it as
 * soon as that works.
 */
import type { Reactor, Timer } from "../base/reactor.ts";
import type { AdoptFile, UnfinishedRecord } from "./adopt-file.ts";

/** How long to wait before a record that could not be written is tried again. */
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

  /** The process has ended. */
  close(): void {
    this.#timer?.cancel();
  }

  #try(): void {
    if (this.#file.complete(this.#pid, this.#unfinished)) return;
    this.#timer = this.#reactor.after(RETRY_MS, () => this.#try());
  }
}
