/** Options that skip a test on machines on which it cannot run. */

/** Whether, and why, a test is skipped. */
interface Skip {
  readonly skip: string | false;
}

const isRoot = process.getuid?.() === 0;

/** For tests that mount, set immutable flags or change user. */
export const asRoot: Skip = { skip: !isRoot && "needs root" };

/** The first reason that any of them has. */
export function both(...options: readonly Skip[]): Skip {
  return options.find(({ skip }) => skip !== false) ?? { skip: false };
}
