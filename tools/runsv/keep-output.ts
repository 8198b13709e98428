/**
 * The output of services with `keep-output`: the part runsv/keep-output, which
 * supervisor/keep-output.ts loads for them.
 */
export { OutputPipes } from "../../supervisor/output-pipes.ts";
