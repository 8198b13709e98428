/**
 * The part runsv/exec-failure, which supervisor/service-programs.ts loads if a program cannot be
 * executed.
 */
export { execFailure } from "../../base/exec-failure.ts";
