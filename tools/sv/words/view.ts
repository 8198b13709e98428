/**
 * Looks at a service for the new words. Everything that is not runit's may be missing.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { READY_MAX_BYTES, readReady, readyOf } from "../../../protocol/ready.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import { parseHistory } from "../history.ts";
import { readHistoryFile } from "../history-file.ts";
import { lookAt } from "../live-status.ts";
import type { NamedService } from "../service.ts";
import { type LiveFacts, type ServiceView, stateWord } from "./service-view.ts";
import { waitsOf } from "./waits.ts";

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
    isReady: readinessOf(service, record),
    waitsFor: waitsOf(service, record).map(({ name }) => name),
  };
}

/** Whether it is ready; `undefined` if it does not report readiness. */
function readinessOf(service: NamedService, record: StatusRecord): boolean | undefined {
  if (record.phase !== "run") return undefined;
  const path = service.file("supervise/ready");
  const text = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, path, READY_MAX_BYTES, posix.O_NOFOLLOW),
  );
  const ready = text === undefined ? undefined : readyOf(record, readReady(text));
  return ready === undefined ? undefined : ready.readyAt !== undefined;
}
