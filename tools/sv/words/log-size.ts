/**
 * The size of a service's log: the files in its log directories.
 */
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { ignoringErrors } from "../../../base/errors.ts";
import { findLog } from "../logs/log-place.ts";
import type { NamedService } from "../service.ts";

/** @returns `undefined` if nobody knows where its log is, or without the right to read it */
export function logBytesOf(service: NamedService): number | undefined {
  if (ignoringErrors(() => service.has("log")) !== true) return undefined;
  const place = findLog(service);
  if ("missing" in place) return undefined;
  return ignoringErrors(() => place.directories.reduce((sum, path) => sum + bytesIn(path), 0));
}

function bytesIn(path: string): number {
  const directory = Directory.open(path);
  try {
    return posix
      .readdir(directory.fd)
      .reduce((sum, name) => sum + (directory.stat(name)?.size ?? 0), 0);
  } finally {
    directory.close();
  }
}
