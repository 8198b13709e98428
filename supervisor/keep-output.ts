/**
 * The file `keep-output`, by which a service without log service has the end of its output kept.
 * Most services have no such file, so output-pipes.ts is a part that is loaded on request.
 */
import * as posix from "posix";
import { onPosixError } from "../base/errors.ts";
import type { KeptOutput } from "./kept-output.ts";
import { hasFile } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Takeover } from "./takeover.ts";

/** Loaded once; a loaded part stays in the process. */
let part: typeof import("../tools/runsv/keep-output.ts") | undefined;

function load(): typeof import("../tools/runsv/keep-output.ts") {
  part ??= posix.load("runsv/keep-output") as typeof import("../tools/runsv/keep-output.ts");
  return part;
}

/**
 * Prepares the start of ./run or ./finish. If the system has no pipe, the service starts without
 * it.
 */
export function prepareOutput(owner: ServiceOwner): void {
  if (owner.logPipe !== undefined) return;
  onPosixError(
    () => {
      const isWanted = hasFile(owner, "keep-output");
      if (isWanted) owner.keptOutput ??= load().OutputPipes.make(owner);
      if (owner.keptOutput !== undefined) owner.keptOutput.isInUse = isWanted;
    },
    (error) => owner.warnOnce("unable to keep the output of ./run", error),
  );
}

/**
 * The output of a process of a predecessor.
 *
 * @throws {PosixError} a resource has run out
 */
export function resumeOutput(
  owner: ServiceOwner,
  takeover: Takeover | undefined,
): KeptOutput | undefined {
  if (takeover?.output === undefined) return undefined;
  const output = load().OutputPipes.resume(owner, takeover.output, takeover);
  if (output === undefined && takeover.orphan !== undefined) {
    owner.report.warn("unable to keep the output of ./run: it has closed its pipe");
  }
  return output;
}
