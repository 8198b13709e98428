/**
 * Gives an order to services. With the words of the orders it is a program of its own, sv/order,
 * which main.ts loads for every word but `status`.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { leadingNumber } from "../../base/options.ts";
import { print, STDERR } from "../../base/report.ts";
import type { Order } from "./commands.ts";
import type { PullUp } from "./dependencies.ts";
import type { Output } from "./output.ts";
import { load } from "./parts.ts";
import { sendOrder } from "./send.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";
import { orderAndWait, type WaitOptions } from "./wait.ts";

export { orderOf } from "./commands.ts";

/**
 * sv holds a descriptor for each service that it waits for; for more services than this it raises
 * the limit.
 */
const MANY_SERVICES = 200;

/** How long to wait for the order, and for a supervisor, without SVWAIT and -w. */
const WAIT_S = 7;
const SUPERVISOR_MS = 2_000;
/**
 * The original looks every 420 ms and says "timeout" at the next look: no service gets less time
 * here.
 */
const LATENESS_MS = 420;

interface OrderOptions {
  /** How many seconds to wait, as the user wrote it. */
  readonly wait: string | undefined;
  /** How many seconds a started service must stay up, as the user wrote it. */
  readonly stay: string | undefined;
  /** Whether sv was started with SIGPIPE ignored: its children get that back. */
  readonly isPipeIgnored: boolean;
}

/**
 * See {@link orderAndWait}; an order that is not waited for is only sent.
 *
 */
export function giveOrder(
  services: readonly NamedService[],
  order: Order,
  output: Output,
  { wait, stay, isPipeIgnored }: OrderOptions,
): void {
  const pullUp = startNeeded(services, order, output);
  if (order.waits) {
    const restoreInherited = () => {
      if (!isPipeIgnored) posix.setDisposition(posix.SIGPIPE, "default");
    };
    orderAndWait(services, order, output, {
      ...limitsOf(wait, stay),
      restoreInherited: raiseLimit(services.length, restoreInherited),
      pullUp,
    });
  } else {
    for (const service of services) orderOnly(service, order, output);
  }
}

/** Starts, before services that the order starts, those that they need. */
function startNeeded(
  services: readonly NamedService[],
  { bytes }: Order,
  output: Output,
): PullUp | undefined {
  if (!bytes.includes("u")) return undefined;
  let pullUp: PullUp | undefined;
  for (const service of services) {
    if (ignoringErrors(() => service.has("needs")) !== true || !isDown(service)) continue;
    pullUp ??= new (load("sv/dependencies").PullUp)(
      (line) => output.print(line),
      (line) => print(STDERR, `${line}\n`),
    );
    pullUp.startNeeds(service);
  }
  return pullUp;
}

function isDown(service: NamedService): boolean {
  const seen = service.look();
  if (seen.is === "failure") return true; // a supervisor may come yet
  posix.close(seen.ok);
  return seen.record.phase === "down";
}

/** The service has all of its time to start, and then to stay up. */
function limitsOf(
  wait: string | undefined,
  stay: string | undefined,
): Pick<WaitOptions, "waitMs" | "supervisorMs" | "stayMs"> {
  const startMs = (wait === undefined ? WAIT_S : leadingNumber(wait)) * 1_000 + LATENESS_MS;
  const stayMs = stay === undefined ? 0 : leadingNumber(stay) * 1_000;
  const supervisorMs = wait === undefined ? SUPERVISOR_MS : startMs;
  return { waitMs: startMs + stayMs, supervisorMs, stayMs };
}

/** @returns puts back the limit as well, where it was raised */
function raiseLimit(count: number, restoreInherited: () => void): () => void {
  if (count <= MANY_SERVICES) return restoreInherited;
  const files = posix.getrlimit("nofile");
  posix.setrlimit("nofile", { soft: files.hard, hard: files.hard });
  return () => {
    posix.setrlimit("nofile", files);
    restoreInherited();
  };
}

function orderOnly(service: NamedService, order: Order, output: Output): void {
  const seen = service.look();
  let failure: ServiceFailure | undefined;
  if (seen.is === "failure") {
    failure = seen;
  } else {
    posix.close(seen.ok);
    failure = sendOrder(service, order);
  }
  if (failure !== undefined) output.fail(service, failure, order.rules);
}
