/** Looks for an essential service that has ended for good, after a runsv has reported one. */
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { HISTORY_MAX_BYTES, readHistory } from "../../protocol/history.ts";

/** The exit code of the tree if the history cannot be read, because it could not be written. */
const EXIT_UNKNOWN = 111;
/** Longer than any text in supervise/stat. */
const STAT_MAX_BYTES = 64;

/** An essential service that has ended for good. */
interface EssentialEnd {
  readonly name: string;
  /** The exit code that it gives the tree. */
  readonly code: number;
}

/**
 * Returns the first such service.
 *
 * @param names the services in `home`
 */
export function essentialEnd(home: Directory, names: readonly string[]): EssentialEnd | undefined {
  for (const name of names) {
    if (ignoringErrors(() => home.stat(`${name}/essential`)) === undefined) continue;
    const code = codeOf(home, `${name}/supervise`);
    if (code !== undefined) return { name, code };
  }
  return undefined;
}

function codeOf(home: Directory, supervise: string): number | undefined {
  const text = ignoringErrors(() => home.readOwn(`${supervise}/history`, HISTORY_MAX_BYTES));
  if (text !== undefined) return readHistory(text)?.finalCode;
  const stat = ignoringErrors(() => home.readOwn(`${supervise}/stat`, STAT_MAX_BYTES));
  return stat?.startsWith("down") === true ? EXIT_UNKNOWN : undefined;
}
