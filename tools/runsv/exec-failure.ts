/** A program of its own, runsv/exec-failure, which effects.ts loads for a service that cannot be executed. */
export { execFailure } from "../../base/exec-failure.ts";
