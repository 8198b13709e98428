/** Processes that are held for a while: whatever happens meanwhile, they find all of it at once. */
import { kinship } from "./procfs.ts";
import { sendSignal } from "./sandbox.ts";
import { eventually } from "./wait.ts";

/** Stops a process, does `act`, and lets the process go on. */
export async function whileHeld(pid: number, act: () => Promise<void> | void): Promise<void> {
  sendSignal(pid, "SIGSTOP");
  try {
    await eventually(
      "stopped process",
      () => (kinship(pid)?.state === "T" ? true : undefined),
      () => `process ${pid} is in state ${kinship(pid)?.state}`,
    );
    await act();
  } finally {
    sendSignal(pid, "SIGCONT");
  }
}
