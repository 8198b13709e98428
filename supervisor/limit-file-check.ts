/**
 * Warns about faults in the limit files when a supervisor starts. Most directories have no such
 * file, so the check itself is a part that is loaded on request.
 */
import * as posix from "posix";
import { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import { mayBeLimitFile } from "./optional-files.ts";
import type { PolicyFiles } from "./policy-files.ts";
import type { ServiceOwner } from "./service-owner.ts";

/** Loaded once; a loaded part stays in the process. */
let directoryCheck: typeof import("../tools/runsv/directory-check.ts") | undefined;

export function checkLimitFiles(owner: ServiceOwner, files: PolicyFiles): void {
  if (files.where === "" && !owner.optionalFiles.mayHaveLimitFiles) return;
  const names = ignoringErrors(() => namesIn(owner.home, files.where)) ?? [];
  if (!names.some(mayBeLimitFile)) return;
  directoryCheck ??= posix.load(
    "runsv/directory-check",
  ) as typeof import("../tools/runsv/directory-check.ts");
  directoryCheck.checkDirectory(names, files, (text) => owner.warnOnce(text));
}

function namesIn(home: Directory, where: "" | "log/"): string[] {
  if (where === "") return posix.readdir(home.fd);
  const dir = Directory.open(where, home.fd);
  try {
    return posix.readdir(dir.fd);
  } finally {
    dir.close();
  }
}
