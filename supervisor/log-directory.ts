/**
 * Records where a log service writes, before it is stopped: a logger that runs shows its
 * directories to `sv logs`, and one that has ended does not.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import type { ServiceOwner } from "./service-owner.ts";

const NAME: SuperviseFile = "directory";
const RECORD = superviseFile("log/supervise", NAME);

export function recordLogDirectory({ home, state }: ServiceOwner): void {
  const pid = state.log?.phase === "run" ? state.log.pid : 0;
  if (pid === 0) return;
  const has = (path: string) => ignoringErrors(() => home.stat(path)) !== undefined;
  // Most logs are there, where sv looks anyway.
  if (has("log/main/current") && !has(RECORD)) return;
  const part = posix.load(
    "runsv/log-directory",
  ) as typeof import("../tools/runsv/log-directory.ts");
  part.writeLogDirectory(home, RECORD, pid);
}
