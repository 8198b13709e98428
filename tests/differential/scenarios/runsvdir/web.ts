/** A scanned directory with one service, `web`. */
import { REPORTER } from "../../../support/service.ts";
import type { Step } from "../../stage.ts";
import { ended, killSupervisor, lines, record, trace, until } from "../../steps.ts";
import { FINISH } from "../services.ts";

export const WEB = { "services/web": { run: REPORTER, finish: FINISH } };
export const webIsUp = [lines(1, "services/web"), until("run", "services/web")];

/** Ends the scanner and its services, and records the messages of both. */
export const scannerEnds: readonly Step[] = [
  killSupervisor("SIGHUP", "services"),
  ended("services"),
  until("down", "services/web"),
  lines(3, "services/web"),
  record("services/web"),
  trace("services/web"),
];
