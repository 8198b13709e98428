/**
 * A message that names services, of which there may be thousands.
 *
 * Pure: names in, text out.
 */
import { quoted } from "../../../base/quoted.ts";

const NAMES_MAX = 3;

/** Such as `web, db, mail, ...`. */
export function firstNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).map(quoted).join(", ");
  return names.length > NAMES_MAX ? `${shown}, ...` : shown;
}
