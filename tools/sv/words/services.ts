/**
 * The services that the operands of a new word name: names and paths as for runit's words, patterns
 * of names, and without operands all services of the directory.
 */
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { isPosixError } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { isPath, servicesHome } from "../home.ts";
import { NamedService } from "../service.ts";
import { isPattern, matches } from "./glob.ts";
import { homeProblem } from "./home-problem.ts";
import { isSupervisableAt } from "./supervisable.ts";
import type { WordOutput } from "./word-output.ts";

/**
 * Reports, and counts, each pattern that no name matches. Ends the command if the directory of
 * services is needed, and cannot be read.
 *
 * @returns in the order of the operands; those of a pattern, and all, in the C locale's order
 */
export function servicesOf(operands: readonly string[], output: WordOutput): NamedService[] {
  const services = findServices(operands, (pattern) => output.fail(noMatchText(pattern)));
  return typeof services === "string" ? output.fatal(services) : services;
}

/** That the directory of services has none, in place of an empty answer about all of them. */
export function noServicesText(): string {
  return `no services in ${quoted(servicesHome())}`;
}

export function noMatchText(pattern: string): string {
  return `no service matches ${quoted(pattern)}`;
}

/**
 * @param onNoMatch called for each pattern that no name matches
 * @returns as {@link servicesOf}; or why the directory of services cannot be read
 */
export function findServices(
  operands: readonly string[],
  onNoMatch: (pattern: string) => void,
): NamedService[] | string {
  const home = servicesHome();
  try {
    return namedBy(operands, home, onNoMatch);
  } catch (error) {
    if (isPosixError(error)) return homeProblem(home, error);
    throw error;
  }
}

/** @throws {PosixError} the directory cannot be read */
function namedBy(
  operands: readonly string[],
  home: string,
  onNoMatch: (pattern: string) => void,
): NamedService[] {
  let entries: readonly NamedService[] | undefined;
  const all = (): readonly NamedService[] => {
    entries ??= entriesOf(home);
    return entries;
  };
  if (operands.length === 0) return [...all()];
  const found = new Map<string, NamedService>(); // each once
  for (const operand of operands) {
    const services = named(operand, home, all);
    if (services.length === 0) onNoMatch(operand);
    for (const service of services) {
      if (!found.has(service.path)) found.set(service.path, service);
    }
  }
  return [...found.values()];
}

function named(
  operand: string,
  home: string,
  all: () => readonly NamedService[],
): readonly NamedService[] {
  if (isPath(operand)) return [new NamedService(operand, operand)];
  const literal = new NamedService(operand, home === "" ? "" : `${home}/${operand}`);
  // A name may hold the characters of a pattern.
  if (!isPattern(operand) || all().some(({ name }) => name === operand)) return [literal];
  return all().filter(({ name }) => matches(operand, name));
}

/** The entries of the directory that are services for runsvdir. @throws {PosixError} */
function entriesOf(home: string): NamedService[] {
  const directory = Directory.open(home);
  try {
    return posix
      .readdir(directory.fd)
      .filter((name) => !name.startsWith(".") && isSupervisableAt(directory.fd, name))
      .sort() // byte strings: the C locale's order
      .map((name) => new NamedService(name, `${home}/${name}`));
  } finally {
    directory.close();
  }
}
