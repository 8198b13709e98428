/** The parts of sv that the client has in its bundle. */
import * as failure from "../../../tools/sv/failure.ts";
import * as history from "../../../tools/sv/history.ts";
import * as readiness from "../../../tools/sv/readiness.ts";
import { definePart } from "./posix.ts";

/** Once, before anything else: code of sv loads them by their names. */
export function defineParts(): void {
  definePart("sv/failure", failure);
  definePart("sv/history", history);
  definePart("sv/readiness", readiness);
}
