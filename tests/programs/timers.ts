/**
 * Makes objects one after the other that each keep the timer that calls them, and lets go of them
 * when that is over: `cancelled` or `run`, as its argument says. Prints how many KiB its memory has
 * grown by that.
 *
 * timers.test.ts runs it.
 */
import * as posix from "posix";
import { Reactor, type Timer } from "../../base/reactor.ts";
import { print, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { start } from "../../base/start.ts";

/** Together less than the amount at which the engine looks for garbage. */
const KEEPERS = 400;
const KEPT_BYTES = 1_024;
const STATUS_BYTES = 4_096;

class Keeper {
  readonly kept = new Uint8Array(KEPT_BYTES).fill(1);
  timer: Timer | undefined;

  keep(reactor: Reactor, delayMs: number, then: () => void): void {
    this.timer = reactor.after(delayMs, () => {
      this.kept[0] = 0;
      then();
    });
  }
}

function memoryKiB(): number {
  const fd = posix.open(posix.AT_FDCWD, "/proc/self/status", posix.O_RDONLY, 0);
  const status = String.fromCharCode(...(posix.read(fd, STATUS_BYTES) ?? []));
  posix.close(fd);
  return Number.parseInt(status.slice(status.indexOf("RssAnon:") + "RssAnon:".length), 10);
}

start(([, how]) => {
  const reactor = new Reactor(new Signals([], []));
  const beforeKiB = memoryKiB();
  const end = (): void => {
    print(STDOUT, `${memoryKiB() - beforeKiB}\n`);
    reactor.stop(0);
  };
  const runNext = (left: number): void => {
    if (left === 0) end();
    else new Keeper().keep(reactor, 0, () => runNext(left - 1));
  };
  if (how === "run") {
    runNext(KEEPERS);
  } else {
    for (let count = 0; count < KEEPERS; count += 1) {
      const keeper = new Keeper();
      keeper.keep(reactor, 60_000, () => {});
      keeper.timer?.cancel();
    }
    end();
  }
  return reactor.run();
});
