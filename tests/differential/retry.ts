/**
 * The original has races of its own, which nobody can mend here: between a fork and the publishing
 * of it, and where sv looks every 420 ms. So what differs is compared again, and fails if it
 * differs each time. It may as well be a race of ours: so it is reported, and counted, though the
 * test passes in the end.
 */
import type { TestContext } from "node:test";

const ATTEMPTS = 6;

/** Compares until it succeeds; returns how many times it did not. */
export async function compareWithRetries(
  t: TestContext,
  compare: () => Promise<void>,
): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      await compare();
      return failures;
    } catch (failure) {
      if (failures + 1 === ATTEMPTS) throw failure;
      const said = failure instanceof Error ? failure.message : String(failure);
      t.diagnostic(`differed at attempt ${failures + 1}, and is played again`);
      console.warn(
        `"${t.name}" differed at attempt ${failures + 1}, and is played again:\n${said}`,
      );
    }
  }
}
