/** Keeps a board true between two samples. */
import type { Board } from "./board.ts";
import type { Machine } from "./machine.ts";

/** Looks again at each service that changes. */
export async function follow(machine: Machine, board: Board, signal: AbortSignal): Promise<void> {
  try {
    for await (const name of machine.changes(signal)) board.refresh(name);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
