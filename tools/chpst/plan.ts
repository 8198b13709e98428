/**
 * The steps for a request, in their order.
 *
 * The order is part of the contract: directories of variables are read in the old root, names are
 * looked up in the new one, the lock is opened as the new user, soft limits are set by the new user
 * and last of all. Steps that runit does not have go where they still work: before the privileges
 * are given up if they need them, before the root changes if they need /proc.
 *
 * Pure: a request in, steps out; plan-runner.ts takes them.
 * Source: runit 2.1.2, chpst(8); the order as seen in its system calls.
 */
import type { EnvironmentSource } from "./env.ts";
import { type ExtensionStep, RUN_BEFORE } from "./extension-options.ts";
import type { Identity } from "./ids.ts";
import { type LimitRequest, RESOURCES, type Resource } from "./limits.ts";
import type { ChpstRequest, Closed } from "./request.ts";

/** A step that fails ends chpst, except for the first one. `failed` is the text of the message. */
export type PlanStep =
  | ExtensionStep
  | { readonly do: "start a session" }
  | { readonly do: "read variables"; readonly from: EnvironmentSource }
  /**
   * Names may be unknown in the new root; the ids that they have in the old one are the second
   * choice.
   */
  | { readonly do: "look up"; readonly identity: Identity }
  | { readonly do: "change root"; readonly path: string }
  | { readonly do: "change directory"; readonly path: string }
  | { readonly do: "add to nice"; readonly increment: number }
  | { readonly do: "raise hard limit"; readonly resource: Resource; readonly to: number }
  | { readonly do: "announce"; readonly identity: Identity }
  | { readonly do: "change user"; readonly identity: Identity }
  | {
      readonly do: "lock";
      readonly path: string;
      readonly wait: boolean;
      /** The messages if it cannot be opened or locked; `undefined` exits 0 without a message. */
      readonly failed: { readonly open: string; readonly lock: string } | undefined;
    }
  | { readonly do: "close"; readonly fd: Closed; readonly name: string }
  | {
      readonly do: "limit";
      readonly resource: Resource;
      readonly wanted: LimitRequest;
      /** Whether a system without this resource is an error. */
      readonly required: boolean;
    }
  | {
      readonly do: "execute";
      readonly file: string;
      readonly argv: readonly string[];
      readonly failed: string;
    };

const EXTENSION_STEPS = Object.keys(RUN_BEFORE) as ExtensionStep["do"][];
const STANDARD = ["stdin", "stdout", "stderr"] as const;

export function plan(request: ChpstRequest): readonly PlanStep[] {
  const [file = ""] = request.program;
  const argv0 = request.argv0 ?? file;
  const { announced, identity, lock, asDaemontools } = request;
  const limits = RESOURCES.flatMap((resource) => {
    const wanted = request.limits.get(resource);
    return wanted === undefined ? [] : [{ resource, wanted }];
  });
  const steps: PlanStep[] = [];
  const step = (one: PlanStep | undefined | false) => {
    if (one !== undefined && one !== false) steps.push(one);
  };
  const extensionsBefore = (place: string) => {
    for (const kind of EXTENSION_STEPS) {
      if (RUN_BEFORE[kind] === place) step(request.extensionSteps[kind]);
    }
  };
  /** A step that depends on a value of the request. */
  const stepFor = <T>(value: T | undefined, make: (value: T) => PlanStep) =>
    step(value === undefined ? undefined : make(value));

  step(request.newSession && { do: "start a session" });
  for (const from of request.environment) step({ do: "read variables", from });
  extensionsBefore("root");
  if (request.root !== undefined) {
    stepFor(announced, (identity) => ({ do: "look up", identity }));
    stepFor(identity, (identity) => ({ do: "look up", identity }));
  }
  stepFor(request.root, (path) => ({ do: "change root", path }));
  stepFor(request.directory, (path) => ({ do: "change directory", path }));
  stepFor(request.niceness, (increment) => ({ do: "add to nice", increment }));
  extensionsBefore("hard limits");
  for (const { resource, wanted } of limits) {
    stepFor(wanted.hard, (to) => ({ do: "raise hard limit", resource, to }));
  }
  stepFor(announced, (identity) => ({ do: "announce", identity }));
  extensionsBefore("change user");
  stepFor(identity, (identity) => ({ do: "change user", identity }));
  extensionsBefore("lock");
  stepFor(lock, ({ path, wait, quiet }) => {
    const open = asDaemontools ? `unable to open ${path}` : `unable to open lock: ${path}`;
    const have = asDaemontools ? `unable to lock ${path}` : `unable to lock: ${path}`;
    return { do: "lock", path, wait, failed: quiet ? undefined : { open, lock: have } };
  });
  for (const [fd, name] of STANDARD.entries()) {
    const closed = request.closed.find((one) => one === fd);
    stepFor(closed, (one) => ({ do: "close", fd: one, name }));
  }
  for (const { resource, wanted } of limits) {
    step({ do: "limit", resource, wanted, required: request.required.has(resource) });
  }
  const failed = asDaemontools ? `unable to run ${argv0}` : `unable to run: ${argv0}`;
  step({ do: "execute", file, argv: [argv0, ...request.program.slice(1)], failed });
  return steps;
}
