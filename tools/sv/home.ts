/**
 * The directory in which sv finds services by name: SVDIR in the environment; else RUNITS_SVDIR of
 * the build; else the first that exists of those that systems with runit use.
 *
 * Source: sv(8) of runit 2.1.2, /service; Debian's, /etc/service; Void's, /var/service; Artix,
 * /run/runit/service.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { NamedService } from "./service.ts";

/** Defined by the build; empty if RUNITS_SVDIR was not set. */
declare const RUNITS_SVDIR: string;

export const BUILT_IN = RUNITS_SVDIR;
export const PLACES = [
  "/etc/service",
  "/service",
  "/var/service",
  "/run/runit/service",
  "/etc/runit/runsvdir/current",
] as const;

/** The services that these words name. Source: sv(8), services. */
export function servicesNamed(names: readonly string[]): NamedService[] {
  let home: string | undefined; // searched once, and only if a word is not a path
  return names.map((name) => {
    if (isPath(name)) return new NamedService(name, name);
    home ??= servicesHome();
    return new NamedService(name, home === "" ? "" : `${home}/${name}`);
  });
}

export function isPath(name: string): boolean {
  return name === "" || name.startsWith("/") || name.startsWith(".") || name.endsWith("/");
}

export function servicesHome(): string {
  return posix.getenv("SVDIR") ?? (BUILT_IN || (firstPlace() ?? PLACES[0]));
}

export function firstPlace(): string | undefined {
  return PLACES.find((path) => ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0)));
}
