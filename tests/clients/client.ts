/**
 * The programs that are asked to work with ours as they do with the original: where each is, and
 * why not.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { debian, originalInPlace, ours, type Suite } from "../support/suite.ts";

/** Both suites have to satisfy a client in the same words, so each test is made for both. */
export const SUITES: readonly Suite[] = originalInPlace ? [debian] : [ours, debian];

/**
 * Why a client cannot be asked, `undefined` when it can: it names the Debian package to install.
 */
export function lacking(debianPackage: string, ...files: readonly string[]): string | undefined {
  const absent = files.filter((file) => !existsSync(file));
  return absent.length > 0 ? `no ${absent.join(", ")}: install ${debianPackage}` : undefined;
}

/** The search path that finds a suite's tools before those that are installed. */
export function pathOf(suite: Suite): string {
  return [suite.bin, "/usr/bin", "/bin"].join(delimiter);
}

/** A program of a Debian package. */
export function installed(name: string): string {
  return join("/usr/bin", name);
}
