/** Arguments of runsvdir, and its message area. */
import { isAlive } from "../../../support/procfs.ts";
import { REPORTER } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  endedRepeating,
  killSupervisor,
  messageArea,
  runsvdir,
  scan,
  waitForMessage,
  write,
} from "../../steps.ts";
import { FINISH } from "../services.ts";
import { scannerEnds, WEB, webIsUp } from "./web.ts";

const AREA = `log: ${".".repeat(40)}`;

export const ARGUMENTS: readonly Scenario[] = [
  {
    name: "runsvdir's usage",
    services: {},
    steps: [runsvdir(), runsvdir("-P"), runsvdir("--")],
  },
  {
    name: "letters behind -P",
    services: {},
    steps: [runsvdir("-Pxyz")],
    differs: "scan-options",
  },
  {
    name: "an option that runsvdir does not know",
    services: {},
    // The original takes it for a directory, and stays.
    steps: [
      async (stage) => {
        const scanner = stage.scan("-x", [], []);
        const isOver = () => scanner.stderr() !== "" || !isAlive(scanner.pid);
        await stage.service("-x").untilTrue("message", isOver);
        stage.say(scanner.stderr());
      },
    ],
    differs: "scan-options",
  },
  {
    name: "a file for the directory",
    services: {},
    steps: [
      write("services"),
      scan(),
      waitForMessage("services: ", 1, "services"),
      killSupervisor("SIGTERM", "services"),
      endedRepeating("services"),
    ],
  },
  {
    name: "a directory for .forced-rescan",
    services: { ...WEB, "services/.forced-rescan": {} },
    steps: [
      scan(),
      ...webIsUp,
      killSupervisor("SIGALRM", "services"),
      waitForMessage(".forced-rescan", 1, "services"),
      killSupervisor("SIGTERM", "services"),
      endedRepeating("services"),
    ],
    differs: "rescan-message",
  },
  {
    name: "a message area",
    services: {
      "services/web": { run: `printf 'line 1\nline 2\n' >&2; ${REPORTER}`, finish: FINISH },
    },
    steps: [scan(["-P"], [AREA]), ...webIsUp, messageArea("line 2\n"), ...scannerEnds],
  },
  {
    name: "a message area, and words behind it",
    services: { "services/web": { run: REPORTER, finish: FINISH } },
    steps: [scan([], ["log: x", "more", AREA]), ...webIsUp, ...scannerEnds],
  },
  {
    name: "a message area that is too short",
    services: WEB,
    steps: [scan([], ["log: x"]), ...webIsUp, ...scannerEnds],
  },
  {
    name: "a message area of seven characters",
    services: { "services/web": { run: `printf abc >&2; ${REPORTER}`, finish: FINISH } },
    steps: [scan([], ["1234567"]), ...webIsUp, messageArea("bc"), ...scannerEnds],
  },
];
