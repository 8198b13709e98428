/** Signals to runsv itself. */
import { REPORTER } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  ended,
  killSupervisor,
  lines,
  record,
  repeat,
  supervise,
  trace,
  waitUntilQuiet,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { FINISH } from "../services.ts";
import { STATES } from "../states.ts";

export const SIGNALS: readonly Scenario[] = [
  ...(["up", "down", "paused", "once", "finish"] as const).map(
    (state): Scenario =>
      scenario(
        `TERM to runsv when ${state}`,
        STATES[state]?.service ?? {},
        steps(...(STATES[state]?.reach ?? []), record()),
      ),
  ),
  ...(["SIGINT", "SIGHUP"] as const).map(
    (signal): Scenario =>
      differing(
        "signals-end-service",
        scenario(`${signal} to runsv`, { run: REPORTER }, [
          supervise(),
          lines(1),
          killSupervisor(signal),
          ended(),
          record(),
          trace(),
        ]),
      ),
  ),
  ...(["SIGQUIT", "SIGUSR1", "SIGALRM", "SIGKILL"] as const).map(
    (signal): Scenario =>
      scenario(`${signal} to runsv`, { run: REPORTER }, [
        supervise(),
        lines(1),
        killSupervisor(signal),
        ended(),
        record(),
        trace(),
      ]),
  ),
  differing(
    "upgrade",
    scenario("SIGUSR2 to runsv", { run: REPORTER }, [
      supervise(),
      lines(1),
      killSupervisor("SIGUSR2"),
      waitUntilQuiet,
      killSupervisor("SIGTERM"),
      ended(),
      record(),
      trace(),
    ]),
  ),
  differing(
    "sigpipe",
    scenario("SIGPIPE to runsv", { run: REPORTER }, [
      supervise(),
      lines(1),
      killSupervisor("SIGPIPE"),
      waitUntilQuiet,
      killSupervisor("SIGTERM"),
      ended(),
      record(),
      trace(),
    ]),
  ),
  scenario("twenty signals to runsv, TERM among them", { run: REPORTER, finish: FINISH }, [
    supervise(),
    lines(1),
    repeat(10, killSupervisor("SIGCHLD")),
    killSupervisor("SIGTERM"),
    repeat(10, killSupervisor("SIGCHLD")),
    ended(),
    record(),
    trace(),
  ]),
];
