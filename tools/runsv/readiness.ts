/**
 * The readiness of services that report it: the part runsv/readiness, which supervisor/readiness.ts
 * loads for them.
 */
export { RunReadiness } from "../../supervisor/run-readiness.ts";
