/**
 * The descriptors that the reactor waits for, in the layout of poll(2): a `struct pollfd` of 8
 * bytes for each, so that waiting allocates nothing.
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";

const POLLFD_BYTES = 8; //   int fd; short events; short revents;
const FD_WORDS = 2; //       a pollfd in int32 words
const EVENT_HALVES = 4; //   a pollfd in int16 halves
const EVENTS_AT = 2;
const REVENTS_AT = 3;

export class PollSet {
  #buffer = new ArrayBuffer(8 * POLLFD_BYTES);
  #fds = new Int32Array(this.#buffer);
  #events = new Int16Array(this.#buffer);
  /** The index of each descriptor, once there are many. */
  #indices: Int32Array | undefined;
  #count = 0;

  /** Adds `fd`, to wait for `events`; the descriptor must not be in the set. */
  add(fd: number, events: number): void {
    if ((this.#count + 1) * POLLFD_BYTES > this.#buffer.byteLength) this.#grow();
    this.#fds[this.#count * FD_WORDS] = fd;
    this.#events[this.#count * EVENT_HALVES + EVENTS_AT] = events;
    this.#events[this.#count * EVENT_HALVES + REVENTS_AT] = 0;
    this.#index(fd, this.#count);
    this.#count += 1;
  }

  /** Removes `fd`, which is in the set; the last one moves to its place. */
  remove(fd: number): void {
    const index = this.#indices?.[fd] ?? this.#find(fd);
    this.#count -= 1;
    const last = this.#count * FD_WORDS;
    this.#fds.copyWithin(index * FD_WORDS, last, last + FD_WORDS);
    this.#index(this.#fds[last] ?? -1, index);
  }

  #find(fd: number): number {
    let index = 0;
    while (index < this.#count && this.#fds[index * FD_WORDS] !== fd) index += 1;
    return index;
  }

  #index(fd: number, index: number): void {
    if (this.#indices === undefined) return;
    if (fd >= this.#indices.length) {
      const larger = new Int32Array(2 * fd);
      larger.set(this.#indices);
      this.#indices = larger;
    }
    this.#indices[fd] = index;
  }

  /**
   * Waits up to `timeoutMs`; -1 waits forever.
   *
   * @returns the ready descriptors; empty after a timeout
   * @throws {PosixError} as poll does, `EINTR` included
   */
  wait(timeoutMs: number): number[] {
    const ready: number[] = [];
    let left = posix.poll(this.#buffer, this.#count, timeoutMs);
    for (let index = 0; left > 0 && index < this.#count; index += 1) {
      if (this.#events[index * EVENT_HALVES + REVENTS_AT] === 0) continue;
      left -= 1;
      ready.push(this.#fds[index * FD_WORDS] ?? -1);
    }
    return ready;
  }

  #grow(): void {
    const larger = new ArrayBuffer(this.#buffer.byteLength * 2);
    new Int32Array(larger).set(this.#fds);
    this.#buffer = larger;
    this.#fds = new Int32Array(larger);
    this.#events = new Int16Array(larger);
    this.#indices ??= new Int32Array(larger.byteLength);
    for (let index = 0; index < this.#count; index += 1) {
      this.#index(this.#fds[index * FD_WORDS] ?? -1, index);
    }
  }
}

/** Whether `fd` has one of `events` now, has failed or has been hung up; does not wait. */
export function isReady(fd: number, events: number): boolean {
  const set = new PollSet();
  set.add(fd, events);
  return (ignoringErrors(() => set.wait(0)) ?? []).length > 0;
}
