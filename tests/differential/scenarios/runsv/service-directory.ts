/** Files of the service directory that are odd, or change while runsv runs. */
import { type Description, FOREVER } from "../../../support/service.ts";
import type { DifferenceKey } from "../../../support/suite.ts";
import type { Scenario } from "../../stage.ts";
import {
  control,
  ended,
  killSupervisor,
  lines,
  linesUnrecorded,
  list,
  record,
  remove,
  setMode,
  shutDownRepeating,
  supervise,
  sv,
  svAs,
  trace,
  until,
  waitForMessage,
  waitUntilOld,
  waitUntilQuiet,
  write,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { DIRECTORY, FINISH, STARTS } from "../services.ts";

/**
 * The state in which a script starts, without chance; the shell reads the script by its own
 * descriptor.
 */
const FACTS = [
  `{ echo "$0 $* in \${PWD##*/}"`,
  `tr '\\0' ' ' </proc/$$/cmdline; echo`,
  `for fd in /proc/$$/fd/[0-9]; do echo "\${fd##*/} $(readlink $fd | sed 's/[0-9]*]//')"; done`,
  `cut -d' ' -f6 /proc/$$/stat | sed "s/^$$$/leads a session/;s/^[0-9]*$/in a session/"`,
  `env | grep -v '^RUNITS_\\|PWD' | sed "s,=.*/runits-test-.*,=BOX," | sort`,
  `} >>trace`,
].join("; ");

/**
 * Signals as well, but for control scripts: `control-script-signals`. The shell's own mask is not
 * always what it was given.
 */
const SIGNAL_FACTS = "grep '^Sig[BI]' /proc/self/status >>trace";

/** A service that runs all the same, with a warning. */
const warned = (
  what: string,
  files: NonNullable<Description["files"]>,
  differs?: DifferenceKey,
): Scenario =>
  differing(
    differs,
    scenario(what, { run: STARTS, files }, [
      supervise(),
      linesUnrecorded(1),
      waitUntilQuiet,
      record(),
      control("d"),
      waitUntilQuiet,
      record(),
      ...shutDownRepeating(),
    ]),
  );

export const SERVICE_DIRECTORY: readonly Scenario[] = [
  scenario(
    "what scripts are given",
    {
      run: `${FACTS}; ${SIGNAL_FACTS}; ${FOREVER}`,
      finish: `${FACTS}; ${SIGNAL_FACTS}; echo done >>trace`,
      control: { h: `${FACTS}; echo done >>trace` },
      log: { run: `${FACTS}; ${SIGNAL_FACTS}; exec cat >/dev/null` },
    },
    steps(
      until("run"),
      until("run", "service/log"),
      waitUntilQuiet,
      trace(),
      trace("service/log"),
      control("h"),
      waitUntilQuiet,
      waitUntilOld(),
      control("d"),
      waitUntilQuiet,
    ),
  ),
  scenario(
    "./down is a dangling link",
    { run: STARTS, files: { down: { link: "nowhere" } } },
    steps(lines(1), record(), sv("status", "service")),
  ),
  scenario(
    "./down is a directory",
    { run: STARTS, files: { down: DIRECTORY } },
    steps(until("down"), waitUntilQuiet, record(), sv("status", "service")),
  ),
  scenario(
    "./down is a link in a circle",
    { run: STARTS, files: { down: { link: "down" } } },
    steps(
      lines(1),
      record(),
      sv("status", "service"),
      sv("start", "service"),
      svAs("service", "status"),
    ),
  ),
  scenario(
    "another runsv, after the end of the first: modes and files stay",
    { run: STARTS, log: { run: "exec cat >/dev/null" } },
    steps(
      lines(1),
      until("run", "service/log"),
      killSupervisor("SIGTERM"),
      ended(),
      setMode("service/supervise", 0o711),
      setMode("service/supervise/ok", 0o622),
      setMode("service/supervise/control", 0o660),
      setMode("service/supervise/lock", 0o640),
      setMode("service/supervise/status", 0o600),
      write("service/supervise/foreign", "", 0o600),
      write("service/down", "", 0o644),
      supervise(),
      until("down"),
      until("run", "service/log"),
      record(),
      list("service/supervise"),
      list("service"),
      control("u"),
      lines(2),
      record(),
      list("service/supervise"),
    ),
  ),
  scenario(
    "a thousand bytes at once",
    { run: STARTS, finish: FINISH },
    steps(
      lines(1),
      waitUntilOld(),
      control(`${"u\n".repeat(499)}d`),
      until("down"),
      record(),
      trace(),
    ),
  ),
  warned("supervise/stat is a directory", { "supervise/stat": DIRECTORY }),
  warned("supervise/status.new is a directory", { "supervise/status.new": DIRECTORY }),
  warned(
    "supervise/stat.new is a directory",
    { "supervise/stat.new": DIRECTORY },
    "status-despite-pid",
  ),
  warned(
    "supervise/pid.new is a directory",
    { "supervise/pid.new": DIRECTORY },
    "status-despite-pid",
  ),
  scenario("the service directory is removed", { run: FOREVER }, [
    supervise(),
    until("run"),
    remove("service"),
    killSupervisor("SIGTERM"),
    async (stage) => {
      const { code } = await stage.supervisor("service").exit();
      stage.say(`ended with ${code}`);
    },
  ]),
  scenario("./run is mended", {}, [
    supervise(),
    waitForMessage("unable to start ./run", 2),
    write("service/run", `#!/bin/sh\n${STARTS}\n`),
    lines(1),
    until("run"),
    record(),
    ...shutDownRepeating(),
  ]),
  scenario(
    "./down appears and goes while runsv runs",
    { run: STARTS },
    steps(
      lines(1),
      waitUntilOld(),
      write("service/down"),
      control("t"),
      lines(2),
      record(),
      sv("status", "service"),
      remove("service/down"),
      sv("status", "service"),
    ),
  ),
];
