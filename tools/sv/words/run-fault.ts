/**
 * A program of its own, sv/words/run-fault, which view.ts loads for a service that rests under
 * runit's supervisor.
 */
export { execForecast } from "../../../base/exec-forecast.ts";
