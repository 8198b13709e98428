/**
 * Merges the lines of several logs by time. Each log keeps its own order, and a line without a
 * stamp stays behind the line before it.
 *
 * Pure: lines in, lines out.
 */
import { isBefore, type LogCursor } from "./log-cursor.ts";

/** Whole lines that come next, all of one log; valid until the next ones. */
export interface Block<Log> {
  readonly log: Log;
  readonly lines: Uint8Array;
}

export function* merge<Log>(cursors: readonly LogCursor<Log>[]): Generator<Block<Log>> {
  const heap: LogCursor<Log>[] = [];
  for (const cursor of cursors) if (cursor.advance()) push(heap, cursor);
  for (let first = pop(heap); first !== undefined; first = pop(heap)) {
    const rival = heap[0];
    let hasMore: boolean;
    do {
      yield { log: first.log, lines: first.take(rival) };
      hasMore = first.advance();
    } while (hasMore && (rival === undefined || isBefore(first, rival)));
    if (hasMore) push(heap, first);
  }
}

/** The first is before both its children, at twice its index and one, and two. */
type Heap<Log> = LogCursor<Log>[];

function push<Log>(heap: Heap<Log>, cursor: LogCursor<Log>): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || isBefore(parent, cursor)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = cursor;
}

function pop<Log>(heap: Heap<Log>): LogCursor<Log> | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || isBefore(last, child)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
}
