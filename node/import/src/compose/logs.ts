/** Where the output of a service in a compose file goes. */
import { ImportError, type Note } from "../note.ts";
import { DEFAULT_LOG, type LogPlan, type ProcessPlan } from "../process-plan.ts";
import type { Fields } from "../tree/fields.ts";
import { sizeBytes } from "./values.ts";

const DRIVERS = new Set(["json-file", "local"]);

export function logOf(service: Fields): Pick<ProcessPlan, "log" | "stdout" | "stderr"> {
  const fields = service.fields("logging");
  if (fields?.text("driver") === "none") return { stdout: "none", stderr: "none" };
  return { log: planOf(fields), stdout: "passed", stderr: "log" };
}

/** What `logging` loses. */
export function logNotes(service: Fields): readonly Note[] {
  const fields = service.fields("logging");
  if (fields === undefined) return [];
  const driver = fields.text("driver") ?? "json-file";
  const options = fields.fields("options");
  for (const name of ["max-size", "max-file"]) options?.get(name);
  return [
    ...(DRIVERS.has(driver) || driver === "none"
      ? []
      : fields.note("driver", "the log is in log/main")),
    ...(options?.rest("has no counterpart here") ?? []),
  ];
}

function planOf(fields: Fields | undefined): LogPlan {
  const options = fields?.fields("options");
  const size = options?.text("max-size");
  const maxBytes = size === undefined ? DEFAULT_LOG.maxBytes : sizeBytes(size);
  const files = options?.number("max-file") ?? DEFAULT_LOG.files;
  if (options !== undefined && maxBytes === undefined) {
    throw new ImportError(options.place("max-size"), "max-size: no size");
  }
  // One of docker's is the current file.
  return { maxBytes: maxBytes ?? DEFAULT_LOG.maxBytes, files: Math.max(files - 1, 1) };
}
