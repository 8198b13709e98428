/**
 * Throws in `main` or in a `callback`, as its argument says; the reactor survives a callback, to
 * end with 7.
 *
 * uncaught.test.ts runs it.
 */
import { Reactor } from "../../base/reactor.ts";
import { Signals } from "../../base/signals.ts";
import { start } from "../../base/start.ts";

function fail(): never {
  throw new TypeError("on purpose");
}

start(([, where]) => {
  if (where === "main") fail();
  const reactor = new Reactor(new Signals([], []));
  reactor.after(0, fail);
  reactor.after(1, () => reactor.stop(7));
  return reactor.run();
});
