/** Commands to a service that waits for its next start. */
import type { Scenario } from "../../stage.ts";
import {
  control,
  ended,
  killSupervisor,
  lines,
  record,
  shutDownRepeating,
  supervise,
  trace,
  until,
  waitForWant,
  waitInRestartDelay,
  waitUntilQuiet,
} from "../../steps.ts";
import { scenario } from "../scenario.ts";
import { FINISH } from "../services.ts";

export const RESTART_DELAY: readonly Scenario[] = [
  scenario("a service that ends at once", { run: "echo start >>trace", finish: FINISH }, [
    supervise(),
    lines(6),
    until("down"),
    control("d"),
    waitForWant("down"),
    until("down"), // the original may have started it once more
    record(),
    killSupervisor("SIGTERM"),
    ended(),
    record(),
  ]),
  scenario("told 'x' while it rests", { run: "echo start >>trace" }, [
    supervise(),
    lines(1),
    until("down"),
    control("x"),
    ended(),
    record(),
    trace(),
  ]),
  ...["o", "t", "k", "h", "c", "?"].map(
    (byte): Scenario =>
      scenario(`'${byte}' while it rests`, { run: "echo start >>trace; exit 1", finish: FINISH }, [
        supervise(),
        waitInRestartDelay(),
        control(byte),
        lines(4),
        ...(byte === "o" ? [waitUntilQuiet, until("down")] : []),
        ...shutDownRepeating(),
      ]),
  ),
];
