/** Processes that are held for a while: whatever happens meanwhile, they find all of it at once. */
import { kinship } from "./procfs.ts";
import { sendSignal } from "./sandbox.ts";
import { eventually } from "./wait.ts";

/** How many hold a process at the moment. */
const holders = new Map<number, number>();

/** Stops a process, does `act`, and lets the process go on, unless somebody else still holds it. */
export async function whileHeld(pid: number, act: () => Promise<void> | void): Promise<void> {
  holders.set(pid, (holders.get(pid) ?? 0) + 1);
  try {
    sendSignal(pid, "SIGSTOP");
    await eventually(
      "stopped process",
      () => (kinship(pid)?.state === "T" ? true : undefined),
      () => `process ${pid} is in state ${kinship(pid)?.state}`,
    );
    await act();
  } finally {
    const others = (holders.get(pid) ?? 0) - 1;
    holders.set(pid, others);
    if (others === 0) sendSignal(pid, "SIGCONT");
  }
}
