/**
 * A program of its own, sv/exec-failure, which check.ts loads for a ./check that cannot be
 * executed.
 */
export { execFailure } from "../../base/exec-failure.ts";
