/** sv under the name of a service, as a script in /etc/init.d. */
import { FOREVER, REPORTER } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  ended,
  killSupervisor,
  lines,
  nextSecond,
  record,
  shutDown,
  supervise,
  svAs,
  trace,
  until,
  waitUntilOld,
  waitUntilQuiet,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { FINISH } from "../services.ts";
import { LONG, SHORT } from "./words.ts";

export const INIT_SCRIPT: readonly Scenario[] = [
  differing(
    "sv-lsb-status",
    scenario(
      "/etc/init.d/service status of what is down, with a log that runs",
      { run: FOREVER, down: true, log: { run: FOREVER } },
      [supervise(), until("run", "service/log"), svAs("service", "status")],
    ),
  ),
  {
    name: "/etc/init.d/service status of what is not running",
    services: { left: { run: FOREVER } },
    steps: [
      supervise("left"),
      until("run", "left"),
      killSupervisor("SIGTERM", "left"),
      ended("left"),
      svAs("left", "status"),
      svAs("nowhere", "status"),
    ],
    differs: "sv-lsb-status",
  },
  ...[...SHORT, ...LONG, "zap", "s", "st", "x", ""].map(
    (word): Scenario =>
      scenario(
        `/etc/init.d/service ${word}`,
        { run: REPORTER, finish: FINISH },
        steps(
          lines(1),
          waitUntilOld(),
          nextSecond(),
          svAs("service", word),
          waitUntilQuiet,
          record(),
          trace(),
        ),
      ),
  ),
  {
    name: "/etc/init.d/service status of what is down or was never supervised",
    services: { down: { run: FOREVER, down: true }, bare: {} },
    steps: [
      supervise("down"),
      svAs("down", "status"),
      svAs("bare", "status"),
      svAs("nothing"),
      svAs("option", "-z", "status"),
      svAs("bare-too", "-w0", "up"),
      ...shutDown("down"),
    ],
  },
];
