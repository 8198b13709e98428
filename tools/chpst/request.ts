/**
 * What is asked of chpst, by whatever command line: what plan.ts makes steps of.
 *
 * Pure: values.
 * Source: runit 2.1.2, chpst(8).
 */
import type { Bounding } from "./capabilities.ts";
import type { Identity } from "./ids.ts";
import { type LimitRequest, parseAmount, type Resource } from "./limits.ts";

/** What a command line asks for. What is `undefined`, `false` or empty is left as it is. */
export interface Request {
  /** The words of the program, its own name the first. */
  readonly program: readonly string[];
  /** What the program sees as its name, where that is another. */
  argv0: string | undefined;
  verbose: boolean;
  newSession: boolean;
  /** In the order in which they were given. */
  environment: EnvironmentSource[];
  oomScore: number | undefined;
  root: string | undefined;
  directory: string | undefined;
  niceness: number | undefined;
  ioPriority: number | undefined;
  /** Whose ids go into `UID` and `GID`. */
  announced: Identity | undefined;
  identity: Identity | undefined;
  bounding: Bounding | undefined;
  noNewPrivileges: boolean;
  lock: Lock | undefined;
  /** Descriptors to close. */
  closed: readonly Closed[];
  limits: Map<Resource, LimitRequest>;
  /** Resources that have to be there: asked for in a way that the original does not have. */
  required: Set<Resource>;
  /** Words messages as daemontools does, whose setlock this is then. */
  asDaemontools: boolean;
}

export interface EnvironmentSource {
  readonly kind: "directory" | "file";
  readonly path: string;
  /** A directory within the directory is an error. */
  readonly strict: boolean;
}
export interface Lock {
  readonly path: string;
  readonly wait: boolean;
  /** To exit with 0 and without a word where it cannot be had. */
  readonly quiet: boolean;
}
export type Closed = 0 | 1 | 2;

/** Asks for nothing but to run `program`. */
export function newRequest(program: readonly string[]): Request {
  return {
    program,
    argv0: undefined,
    verbose: false,
    newSession: false,
    environment: [],
    oomScore: undefined,
    root: undefined,
    directory: undefined,
    niceness: undefined,
    ioPriority: undefined,
    announced: undefined,
    identity: undefined,
    bounding: undefined,
    noNewPrivileges: false,
    lock: undefined,
    closed: [],
    limits: new Map(),
    required: new Set(),
    asDaemontools: false,
  };
}

/** Asks for a soft limit. @returns whether `text` is an amount */
export function askLimit(
  request: Request,
  resources: readonly Resource[] = [],
  text: string,
): boolean {
  for (const resource of resources) {
    const soft = parseAmount(text, resource);
    if (soft === undefined) return false;
    request.limits.set(resource, { hard: undefined, ...request.limits.get(resource), soft });
  }
  return true;
}

export type ParseResult =
  | { readonly ok: true; readonly request: Request }
  /** `text` goes to standard error. */
  | { readonly ok: false; readonly text: string };

export function usage(name: string, synopsis: string, before: readonly string[] = []): ParseResult {
  const lines = [...before, `usage: ${name} ${synopsis}`, "", ""];
  return { ok: false, text: lines.join("\n") };
}
