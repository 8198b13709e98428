/** daemontools' clients command and read runsv. */
import { REPORTER } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import { ended, lines, other, record, supervise, trace, until, waitUntilOld } from "../../steps.ts";
import { scenario } from "../scenario.ts";
import { FINISH } from "../services.ts";

export const DAEMONTOOLS: readonly Scenario[] = [
  scenario("daemontools' svstat, svok and svc", { run: REPORTER, finish: FINISH }, [
    other("svok", "service"),
    supervise(),
    lines(1),
    waitUntilOld(),
    other("svok", "service"),
    other("svstat", "service"),
    other("svc", "-h", "service"),
    lines(2),
    other("svc", "-p", "service"),
    until("run, paused"),
    other("svstat", "service"),
    other("svc", "-c", "service"),
    until("run"),
    other("svc", "-t", "service"),
    lines(5),
    until("run"),
    waitUntilOld(),
    other("svstat", "service"),
    other("svc", "-d", "service"),
    until("down"),
    other("svstat", "service"),
    other("svc", "-o", "service"),
    until("run, want down"),
    other("svstat", "service"),
    lines(8),
    other("svc", "-k", "service"),
    until("down"),
    other("svc", "-u", "service"),
    until("run"),
    lines(10),
    record(),
    other("svc", "-dx", "service"),
    ended(),
    other("svok", "service"),
    other("svstat", "service"),
    trace(),
  ]),
];
