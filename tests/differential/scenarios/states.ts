/** The states of a service in which scenarios command it, and the steps that lead there. */
import { type Description, REPORTER } from "../../support/service.ts";
import type { Step } from "../stage.ts";
import { control, lines, until, waitUntilOld, waitUntilStopped } from "../steps.ts";
import { FINISH, HANGING_FINISH } from "./services.ts";

interface State {
  readonly service: Description;
  readonly reach: readonly Step[];
}

const ONCE = [control("o"), lines(1), waitUntilOld(), until("run, want down")];

export const STATES: Readonly<Record<string, State>> = {
  down: { service: { run: REPORTER, finish: FINISH, down: true }, reach: [until("down")] },
  up: { service: { run: REPORTER, finish: FINISH }, reach: [lines(1), waitUntilOld()] },
  paused: {
    service: { run: REPORTER, finish: FINISH },
    reach: [lines(1), waitUntilOld(), control("p"), until("run, paused"), waitUntilStopped()],
  },
  once: { service: { run: REPORTER, finish: FINISH, down: true }, reach: ONCE },
  // Between ./run and ./finish the original may say ok, should it look just then.
  "once, without finish": { service: { run: REPORTER, down: true }, reach: ONCE },
  finish: {
    service: { run: "exit 3", finish: HANGING_FINISH },
    reach: [lines(1), until("finish")],
  },
  "finish, want down": {
    service: { run: REPORTER, finish: HANGING_FINISH },
    reach: [lines(1), waitUntilOld(), control("d"), lines(3), until("finish, want down")],
  },
};
