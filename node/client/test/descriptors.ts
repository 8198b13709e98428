/** The descriptors of this process. */
import { readdirSync, readlinkSync } from "node:fs";
import { setImmediate as othersRun } from "node:timers/promises";
import { eventually } from "../../../tests/support/wait.ts";

/** Of tsx, which closes it at some time. */
const FOREIGN = /\/tsx-\d+/;

/** Where they lead, sorted; without those that Node closes in the next turns of its loop. */
export async function descriptors(): Promise<string[]> {
  for (let round = 0; round < 5; round++) await othersRun();
  return openNow();
}

/** Waits until only these are open. */
export async function untilDescriptors(expected: readonly string[]): Promise<void> {
  const isSame = () => (openNow().join() === expected.join() ? true : undefined);
  await eventually(`descriptors as before:\n${expected.join("\n")}\n`, isSame, () =>
    openNow().join("\n"),
  );
}

function openNow(): string[] {
  return readdirSync("/proc/self/fd")
    .flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return []; // that of the directory itself
      }
    })
    .filter((path) => !FOREIGN.test(path))
    .sort();
}
