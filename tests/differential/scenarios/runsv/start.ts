/** runsv starts, or refuses, on service directories that are not as they should be. */
import { type Description, FOREVER } from "../../../support/service.ts";
import type { DifferenceKey } from "../../../support/suite.ts";
import type { Scenario, Step } from "../../stage.ts";
import {
  control,
  ended,
  killSupervisor,
  lines,
  link,
  list,
  record,
  runsv,
  supervise,
  trace,
  until,
  write,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { DIRECTORY, STARTS } from "../services.ts";

const spoiltState = (
  what: string,
  files: NonNullable<Description["files"]>,
  differs?: DifferenceKey,
): Scenario =>
  differing(
    differs,
    scenario(what, { run: STARTS, files, log: { run: FOREVER } }, [
      runsv("service"),
      trace(),
      list("service/supervise"),
    ]),
  );

/** A file in place of a FIFO, which ours refuses. */
const refusedOrStarted = (what: string, spoiltBy: Description, differs: DifferenceKey): Scenario =>
  differing(
    differs,
    scenario(what, { run: FOREVER, ...spoiltBy, log: { run: FOREVER, ...spoiltBy.log } }, [
      startOrRefusal,
    ]),
  );

const startOrRefusal: Step = async (stage) => {
  const service = stage.service("service");
  const runsv = stage.supervise("service");
  const isOver = () => runsv.stderr() !== "" || service.stat() === "run";
  await service.untilTrue("start or refusal", isOver);
  stage.say(runsv.stderr());
};

export const START: readonly Scenario[] = [
  { name: "runsv's usage", services: {}, steps: [runsv(), runsv("a", "b"), runsv("a", "b", "c")] },
  {
    name: "what is no directory",
    services: {},
    steps: [
      runsv("nowhere"),
      runsv("-x"),
      runsv("--"),
      runsv(""),
      write("file"),
      runsv("file"),
      link("loop", "loop"),
      runsv("loop"),
      runsv("n".repeat(256)),
      runsv("a/".repeat(2100)),
    ],
  },
  scenario("supervise is a file", { run: STARTS, files: { supervise: "" } }, [
    runsv("service"),
    trace(),
  ]),
  scenario(
    "log/supervise is a file",
    { run: STARTS, log: { run: FOREVER, files: { supervise: "" } } },
    [runsv("service"), trace()],
  ),
  spoiltState("supervise/control is a file", { "supervise/control": "" }),
  spoiltState("supervise/control is a directory", { "supervise/control": DIRECTORY }),
  spoiltState(
    "supervise/control is a dangling link",
    { "supervise/control": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState("supervise/lock is a directory", { "supervise/lock": DIRECTORY }),
  spoiltState("log/supervise/lock is a directory", { "log/supervise/lock": DIRECTORY }),
  spoiltState(
    "supervise/ok is a dangling link",
    { "supervise/ok": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState(
    "log/supervise/ok is a dangling link",
    { "log/supervise/ok": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState(
    "log/supervise/control is a dangling link",
    { "log/supervise/control": { link: "nowhere" } },
    "log-control-not-fifo",
  ),
  scenario(
    "supervise is a link in a circle",
    { run: STARTS, files: { supervise: { link: "supervise" } } },
    [runsv("service")],
  ),
  differing(
    "supervise-create",
    scenario(
      "supervise links to a place without parent",
      { run: STARTS, files: { supervise: { link: "no/where" } } },
      [runsv("service")],
    ),
  ),
  scenario(
    "supervise links to a name of 256 bytes",
    { run: STARTS, files: { supervise: { link: `./${"/".repeat(249)}state` } } },
    [runsv("service")],
  ),
  scenario(
    "log/supervise links to a name of 256 bytes",
    {
      run: STARTS,
      log: { run: FOREVER, files: { supervise: { link: `./${"/".repeat(249)}state` } } },
    },
    [runsv("service")],
  ),
  scenario(
    "supervise links to a name of 255 bytes",
    { run: STARTS, files: { supervise: { link: `./${"/".repeat(248)}state` } } },
    steps(lines(1), list("service/state")),
  ),
  scenario(
    "supervise is a dangling link",
    {
      run: FOREVER,
      log: { run: FOREVER, files: { supervise: { link: "foo" } } },
      files: { supervise: { link: "bar" } },
    },
    [
      supervise(),
      until("run"),
      until("run", "service/log"),
      list("service"),
      list("service/bar"),
      list("service/log/foo"),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ],
  ),
  differing(
    "state-links",
    scenario(
      "supervise/stat.new is left by a crash",
      {
        run: STARTS,
        down: true,
        files: { "supervise/stat.new": { text: "left", mode: 0o600 } },
      },
      steps(until("down"), list("service/supervise")),
    ),
  ),
  refusedOrStarted("supervise/ok is a file", { files: { "supervise/ok": "" } }, "own-files"),
  refusedOrStarted(
    "log/supervise/ok is a file",
    { log: { files: { "supervise/ok": "" } } },
    "own-files",
  ),
  differing(
    "lock-holder",
    scenario("a second runsv", { run: STARTS, log: { run: FOREVER } }, [
      supervise(),
      lines(1),
      until("run", "service/log"),
      runsv("service"),
      record(),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ]),
  ),
  refusedOrStarted(
    "log/supervise/control is a file",
    { log: { files: { "supervise/control": "" } } },
    "log-control-not-fifo",
  ),
];
