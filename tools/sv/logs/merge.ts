/**
 * Merges the lines of several logs by time. Each log keeps its own order, and a line without a
 * stamp stays behind the line before it.
 *
 * Pure: lines in, lines out.
 */
import type { LogCursor } from "./log-cursor.ts";
import { isBefore } from "./turn.ts";

export class Merge<Log> {
  /** The first is before both its children, at twice its index and one, and two. */
  readonly #heap: LogCursor<Log>[] = [];
  /** Whether the first of the heap has taken lines. */
  #hasTaken = false;

  constructor(cursors: readonly LogCursor<Log>[]) {
    for (const cursor of cursors) if (cursor.advance()) add(this.#heap, cursor);
  }

  /**
   * Takes the lines that come next, all of one log.
   *
   * @returns the log that has taken its {@link LogCursor.lines}, valid until the next call;
   * `undefined`: there are no more
   */
  next(): LogCursor<Log> | undefined {
    const heap = this.#heap;
    let first = heap[0];
    if (this.#hasTaken && first !== undefined) {
      if (!first.advance()) first = heap.pop();
      // The one that was popped may have been the last.
      if (first !== undefined && heap.length > 0) first = sink(heap, first);
      else first = undefined;
    }
    this.#hasTaken = true;
    first?.take(heap[heap.length > 2 ? earlier(heap, 1) : 1]?.turn);
    return first;
  }
}

type Heap<Log> = LogCursor<Log>[];

function add<Log>(heap: Heap<Log>, cursor: LogCursor<Log>): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || isBefore(parent.turn, cursor.turn)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = cursor;
}

/**
 * Puts `cursor` in the place of the first, and then where it belongs.
 *
 * @returns the first
 */
function sink<Log>(heap: Heap<Log>, cursor: LogCursor<Log>): LogCursor<Log> | undefined {
  let at = 0;
  for (let left = 1; left < heap.length; left = 2 * at + 1) {
    const next = left + 1 < heap.length ? earlier(heap, left) : left;
    const child = heap[next];
    if (child === undefined || isBefore(cursor.turn, child.turn)) break;
    heap[at] = child;
    at = next;
  }
  heap[at] = cursor;
  return heap[0];
}

/** The index of the earlier one of the neighbours at `left` and behind it. */
function earlier<Log>(heap: Heap<Log>, left: number): number {
  const one = heap[left];
  const other = heap[left + 1];
  const isOther = one !== undefined && other !== undefined && isBefore(other.turn, one.turn);
  return isOther ? left + 1 : left;
}
