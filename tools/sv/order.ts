/**
 * Gives an order to services. With all that stands behind it, it is a program of its own, sv/order, which main.ts loads
 * when there is something to order.
 */
import * as posix from "posix";
import type { Answers } from "./answers.ts";
import type { Order } from "./commands.ts";
import type { Failure, Service } from "./service.ts";
import { orderAndWait } from "./wait.ts";
import { tell } from "./waited.ts";

/** See {@link orderAndWait}; an order that is not waited for is only told. */
export function giveOrder(
  services: readonly Service[],
  order: Order,
  answers: Answers,
  waitMs: number,
  giveBack: () => void,
): void {
  if (order.waits) orderAndWait(services, order, answers, waitMs, giveBack);
  else for (const service of services) orderOnly(service, order, answers);
}

function orderOnly(service: Service, order: Order, answers: Answers): void {
  const seen = service.look();
  let failure: Failure | undefined;
  if (seen.is === "failure") {
    failure = seen;
  } else {
    posix.close(seen.ok);
    failure = tell(service, order, seen.record);
  }
  if (failure !== undefined) answers.fail(service, failure, order.rules);
}
