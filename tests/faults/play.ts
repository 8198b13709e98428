/** Plays cases of the fault matrix under a suite. */
import type { Suite } from "../support/suite.ts";
import { NeverHappened } from "../support/wait.ts";
import type { Case } from "./cases.ts";
import { type Verdict, World } from "./world.ts";

/** The verdict; a fault after which even what an administrator does cannot be done is a complaint. */
export async function play(suite: Suite, { strike }: Case): Promise<Verdict> {
  const world = new World(suite);
  try {
    try {
      await strike(world);
    } catch (error) {
      if (!(error instanceof NeverHappened)) throw error;
      const complaints = [error.message.split("\n", 1)[0] ?? ""];
      return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
    }
    return await world.judge();
  } finally {
    await world.close();
  }
}
