/**
 * Waits for changes of a service at its event FIFO: prints the text of supervise/stat at the first
 * look and after each change, or `same` if nothing has changed.
 *
 * event-fifo.test.ts runs it.
 */
import * as posix from "posix";
import { EventReader } from "../../base/event-reader.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { start } from "../../base/start.ts";

/** Longer than any test: only events, and the frequent looks after an end, lead to a look. */
const ABSENT_MS = 600_000;

start(([, service = "."]) => {
  const reactor = new Reactor(new Signals([], []));
  let last: string | undefined;
  const look = (): boolean => {
    const text = posix.readText(posix.AT_FDCWD, `${service}/supervise/stat`) ?? "none\n";
    print(STDOUT, text === last ? "same\n" : text);
    const isNew = text !== last;
    last = text;
    return isNew;
  };
  const place = { dir: posix.AT_FDCWD, path: `${service}/supervise/event`, absentMs: ABSENT_MS };
  new EventReader(place, reactor, look).begin();
  return reactor.run();
});
