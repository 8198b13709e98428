/** Asks whether other services were meant than those that a new word was given. */
import { ignoringErrors } from "../../../base/errors.ts";
import { load } from "../parts.ts";
import type { NamedService } from "../service.ts";

/** Asks on standard error, also in a pipe, after each of these services that does not exist. */
export function suggestOthers(services: readonly NamedService[]): void {
  for (const service of services) {
    const isThere = ignoringErrors(() => service.has("."));
    if (isThere === false) load("sv/suggestion").suggestService(service);
  }
}
