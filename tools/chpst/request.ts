/**
 * What a command line asks chpst for, whichever of its names it was called by: plan.ts makes steps
 * of it.
 *
 * Pure: values.
 * Source: runit 2.1.2, chpst(8).
 */
import type { EnvironmentSource } from "./env.ts";
import type { ExtensionRequest } from "./extension-options.ts";
import type { Identity } from "./ids.ts";
import { parseAmount, type Resource } from "./limits.ts";

/** A field that is `undefined`, `false` or empty leaves the process as it is. */
export interface ChpstRequest extends ExtensionRequest {
  /** The words of the program, its own name the first. */
  program: readonly string[];
  /** What the program sees as its name, if that is another. */
  argv0?: string | undefined;
  verbose: boolean;
  newSession: boolean;
  /** In the order in which they were given. */
  environment: EnvironmentSource[];
  root?: string | undefined;
  directory?: string | undefined;
  niceness?: number | undefined;
  /** Whose ids go into `UID` and `GID`. */
  announced?: Identity | undefined;
  identity?: Identity | undefined;
  lock?: Lock | undefined;
  /** Descriptors to close. */
  closed: readonly Closed[];
  /** Words messages as daemontools does, whose setlock this is then. */
  asDaemontools: boolean;
}

interface Lock {
  readonly path: string;
  readonly wait: boolean;
  /** Whether to exit with 0 and without a message if it cannot be had. */
  readonly quiet: boolean;
}
export type Closed = 0 | 1 | 2;

/** A request for nothing but to run `program`. */
export function newRequest(program: readonly string[] = []): ChpstRequest {
  return {
    program,
    verbose: false,
    newSession: false,
    environment: [],
    closed: [],
    limits: new Map(),
    required: new Set(),
    extensionSteps: {},
    asDaemontools: false,
  };
}

/** Adds a soft limit to the request. @returns whether `text` is an amount */
export function addSoftLimit(
  request: ChpstRequest,
  resources: readonly Resource[],
  text: string,
): boolean {
  for (const resource of resources) {
    const soft = parseAmount(text, resource);
    if (soft === undefined) return false;
    request.limits.set(resource, { hard: undefined, ...request.limits.get(resource), soft });
  }
  return true;
}

const ALIASES = ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"] as const;
/** A name of daemontools that chpst goes by. */
export type Alias = (typeof ALIASES)[number];

export type ParseResult =
  | { readonly is: "request"; readonly request: ChpstRequest }
  /** Help, or what was wrong and the usage: help.ts has the text. */
  | { readonly is: "help"; readonly tool: Alias | "chpst" }
  | {
      readonly is: "usage";
      readonly tool: Alias | "chpst";
      /** The tool's name in the usage line, which may be that of a link. */
      readonly name: string;
      /** The line before the usage. */
      readonly before: string | undefined;
    };

/** The alias of that name. */
export function aliasOf(name: string): Alias | undefined {
  return ALIASES.find((one) => one === name);
}
