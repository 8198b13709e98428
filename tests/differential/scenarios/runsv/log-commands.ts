/** Each control byte to the log service. */
import { FOREVER, REPORTER } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  control,
  controlIfThere,
  ended,
  killSupervisor,
  lines,
  record,
  supervise,
  trace,
  until,
  waitUntilOld,
  waitUntilQuiet,
} from "../../steps.ts";
import { differing, scenario } from "../scenario.ts";

export const LOG_COMMANDS: readonly Scenario[] = [
  ...[..."udotkpchaiq12x?"].map(
    (byte): Scenario =>
      scenario(`'${byte}' to the log service`, { run: FOREVER, log: { run: REPORTER } }, [
        supervise(),
        until("run"),
        lines(1, "service/log"),
        waitUntilOld("service/log"),
        record("service/log"),
        control(byte, "service/log"),
        waitUntilQuiet,
        record(),
        record("service/log"),
        trace("service/log"),
        killSupervisor("SIGTERM"),
        waitUntilQuiet,
        record("service/log"),
        controlIfThere("k", "service/log"), // if it heeds no end of input
        ended(),
        record("service/log"),
      ]),
  ),
  ...[..."udotkpchx"].map((byte): Scenario => {
    const name = `'${byte}' to a log service that was told to be down`;
    return differing(
      byte === "p" ? "pause-flag" : undefined,
      scenario(name, { run: FOREVER, log: { run: REPORTER } }, [
        supervise(),
        until("run"),
        lines(1, "service/log"),
        waitUntilOld("service/log"),
        control("d", "service/log"),
        until("down", "service/log"),
        control(byte, "service/log"),
        waitUntilQuiet,
        record(),
        record("service/log"),
        trace("service/log"),
        killSupervisor("SIGTERM"),
        waitUntilQuiet,
        controlIfThere("k", "service/log"),
        ended(),
        record("service/log"),
      ]),
    );
  }),
];
