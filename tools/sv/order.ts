/**
 * Gives an order to services. With all that stands behind it, and the words that orders have, it is a program of its own,
 * sv/order, which main.ts loads for all words but `status` and `report`.
 */
import * as posix from "posix";
import type { Answers } from "./answers.ts";
import type { Order } from "./commands.ts";
import type { Failure, Service } from "./service.ts";
import { orderAndWait } from "./wait.ts";
import { tell } from "./waited.ts";

export { orderOf } from "./commands.ts";

/** Each service waited for holds a descriptor; with more of them than this the limit is raised. */
const MANY_SERVICES = 200;

/** See {@link orderAndWait}; an order that is not waited for is only told. */
export function giveOrder(
  services: readonly Service[],
  order: Order,
  answers: Answers,
  waitMs: number,
  giveBack: () => void,
): void {
  if (order.waits) {
    orderAndWait(services, order, answers, waitMs, raiseLimit(services.length, giveBack));
  } else {
    for (const service of services) orderOnly(service, order, answers);
  }
}

/** @returns puts back the limit as well, where it was raised */
function raiseLimit(count: number, giveBack: () => void): () => void {
  if (count <= MANY_SERVICES) return giveBack;
  const files = posix.getrlimit("nofile");
  posix.setrlimit("nofile", { soft: files.hard, hard: files.hard });
  return () => {
    posix.setrlimit("nofile", files);
    giveBack();
  };
}

function orderOnly(service: Service, order: Order, answers: Answers): void {
  const seen = service.look();
  let failure: Failure | undefined;
  if (seen.is === "failure") {
    failure = seen;
  } else {
    posix.close(seen.ok);
    failure = tell(service, order);
  }
  if (failure !== undefined) answers.fail(service, failure, order.rules);
}
