/**
 * What is done for a request, and in which order.
 *
 * The order is part of the contract: directories of variables are read in the old root, names are looked up
 * in the new one, the lock is opened as the new user, soft limits are set by the new user and last of all.
 * What we have added goes where it still works: what needs privileges before they are given up, what needs
 * /proc before the root is changed.
 *
 * Pure: a request in, steps out; plan-runner.ts takes them.
 * Source: runit 2.1.2, chpst(8); the order as seen in its system calls.
 */
import type { EnvironmentSource } from "./env.ts";
import { type ExtensionStep, RUN_BEFORE } from "./extension-options.ts";
import type { Identity } from "./ids.ts";
import { type LimitRequest, RESOURCES, type Resource } from "./limits.ts";
import type { Closed, Request } from "./request.ts";

/** A step that fails ends it all, but for the first one. Texts are what messages say of a failure. */
export type Step =
  | ExtensionStep
  | { readonly do: "start a session" }
  | { readonly do: "read variables"; readonly from: EnvironmentSource }
  /** Names may be unknown in the new root; what they mean in the old one is the second choice. */
  | { readonly do: "look up"; readonly who: Identity }
  | { readonly do: "change root"; readonly path: string }
  | { readonly do: "change directory"; readonly path: string }
  | { readonly do: "add to nice"; readonly increment: number }
  | { readonly do: "raise hard limit"; readonly resource: Resource; readonly to: number }
  | { readonly do: "announce"; readonly who: Identity }
  | { readonly do: "become"; readonly who: Identity }
  | {
      readonly do: "lock";
      readonly path: string;
      readonly wait: boolean;
      /** What is said where it cannot be opened, and had; nothing is, and the exit code is 0, for `undefined`. */
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

export function plan(request: Request): readonly Step[] {
  const [file = ""] = request.program;
  const argv0 = request.argv0 ?? file;
  const { announced, identity, lock, asDaemontools } = request;
  const limits = RESOURCES.flatMap((resource) => {
    const wanted = request.limits.get(resource);
    return wanted === undefined ? [] : [{ resource, wanted }];
  });
  const steps: Step[] = [];
  const step = (one: Step | undefined | false) => {
    if (one !== undefined && one !== false) steps.push(one);
  };
  const extensionsBefore = (place: string) => {
    for (const kind of EXTENSION_STEPS) {
      if (RUN_BEFORE[kind] === place) step(request.extensionSteps[kind]);
    }
  };
  /** A step that depends on a value of the request. */
  const stepFor = <T>(value: T | undefined, make: (value: T) => Step) =>
    step(value === undefined ? undefined : make(value));

  step(request.newSession && { do: "start a session" });
  for (const from of request.environment) step({ do: "read variables", from });
  extensionsBefore("root");
  if (request.root !== undefined) {
    stepFor(announced, (who) => ({ do: "look up", who }));
    stepFor(identity, (who) => ({ do: "look up", who }));
  }
  stepFor(request.root, (path) => ({ do: "change root", path }));
  stepFor(request.directory, (path) => ({ do: "change directory", path }));
  stepFor(request.niceness, (increment) => ({ do: "add to nice", increment }));
  extensionsBefore("hard limits");
  for (const { resource, wanted } of limits) {
    stepFor(wanted.hard, (to) => ({ do: "raise hard limit", resource, to }));
  }
  stepFor(announced, (who) => ({ do: "announce", who }));
  extensionsBefore("become");
  stepFor(identity, (who) => ({ do: "become", who }));
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
