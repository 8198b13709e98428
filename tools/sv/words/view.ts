/**
 * Looks at a service for the new words. Everything that is not runit's may be missing.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import { parseHistory } from "../history.ts";
import { readHistoryFile } from "../history-file.ts";
import { lookAt } from "../live-status.ts";
import type { NamedService } from "../service.ts";
import { type LiveFacts, type ServiceView, stateWord } from "./service-view.ts";

/** @param now the wall clock, for the whole answer of a command */
export function viewOf(service: NamedService, now: UnixTime): ServiceView {
  const { name, path: directory } = service;
  const seen = lookAt(service);
  const failure = seen.is === "failure" ? seen : undefined;
  let live: LiveFacts | undefined;
  if (seen.is === "live") {
    posix.close(seen.ok);
    live = factsOf(service, seen.record);
  }
  return { name, directory, now, live, failure, summary: stateWord(live, failure) };
}

function factsOf(service: NamedService, record: StatusRecord): LiveFacts {
  const text = readHistoryFile(service);
  return {
    record,
    hasDown: ignoringErrors(() => service.has("down")),
    history: text === undefined ? undefined : parseHistory(text),
    isReady: undefined,
    waitsFor: [],
  };
}
