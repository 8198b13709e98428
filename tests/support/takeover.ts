/** Kills a supervisor, and starts the next one on the same service directory. */
import { improved } from "./suite.ts";
import type { Supervised } from "./supervise.ts";

export const ADOPTION = improved("adoption");

/** Kills the supervisor, and waits until its descriptors are closed and its lock is free. */
export async function kill({ runsv }: Supervised): Promise<void> {
  runsv.signal("SIGKILL");
  await runsv.exit();
}

/** Kills the supervisor, and has the next one start. */
export async function replace(service: Supervised): Promise<Supervised> {
  await kill(service);
  return service.another().untilSupervised();
}
