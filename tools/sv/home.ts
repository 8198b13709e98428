/**
 * Where services are looked up by their names: SVDIR in the environment; else the directory that the build has set,
 * RUNITS_SVDIR; else the first that exists of those that systems with runit have.
 *
 * Source: sv(8) of runit 2.1.2, /service; Debian's, /etc/service; Void's, /var/service; Artix, /run/runit/service.
 */
import * as posix from "posix";
import { unless } from "../../base/errors.ts";

/** Put in by the build; empty if it has set none. */
declare const RUNITS_SVDIR: string;

export const BUILT_IN = RUNITS_SVDIR;
export const PLACES = [
  "/etc/service",
  "/service",
  "/var/service",
  "/run/runit/service",
  "/etc/runit/runsvdir/current",
] as const;

export function servicesHome(): string {
  return posix.getenv("SVDIR") ?? (BUILT_IN || (firstPlace() ?? PLACES[0]));
}

export function firstPlace(): string | undefined {
  return PLACES.find((path) => unless([], () => posix.stat(posix.AT_FDCWD, path, 0)));
}
