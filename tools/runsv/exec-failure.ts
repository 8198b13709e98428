/** A program of its own, runsv/exec-failure, which supervisor/supervisor.ts loads for a service that cannot be executed. */
export { execFailure } from "../../base/exec-failure.ts";
