/**
 * What `sv report` tells below the status: what a service has been through. With what it stands on, it is a program of its
 * own, sv/history, which main.ts loads when it is asked for.
 */
import * as posix from "posix";
import { isPosixError, unless } from "../../base/errors.ts";
import { HISTORY_MAX_BYTES, type History, readHistory } from "../../protocol/history.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { Answers } from "./answers.ts";
import { historyTexts } from "./render.ts";
import type { Service } from "./service.ts";

/** @param label `log `, where it is the log service of the one named before */
export function sayHistory(
  service: Service,
  label: "" | "log ",
  record: StatusRecord,
  answers: Answers,
): void {
  const nowS = posix.clockReal().seconds;
  for (const text of historyTexts(record, historyOf(service), nowS)) {
    answers.say(`  ${label}${text}`);
  }
}

/** `undefined` where its supervisor has told nothing: runit's does not. */
function historyOf(service: Service): History | undefined {
  const path = service.file("supervise/history");
  const text = unless([], () => posix.readText(posix.AT_FDCWD, path, HISTORY_MAX_BYTES));
  const history = text === undefined ? undefined : readHistory(text);
  return history !== undefined && isAlive(history.supervisor) ? history : undefined;
}

/** Whether there is a process of that id, ours or not. */
function isAlive(pid: number): boolean {
  try {
    posix.kill(pid, 0);
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code === "EPERM";
  }
}
