/**
 * What `sv report` tells below the status: what a service has been through. With what it stands on, it is a program of its
 * own, sv/history, which main.ts loads when it is asked for.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { type History, readHistory } from "../../protocol/history.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { Answers } from "./answers.ts";
import { historyTexts } from "./render.ts";
import type { Service } from "./service.ts";
import { historyText } from "./start-failure.ts";

/** @param label `log `, where it is the log service of the one named before */
export function sayHistory(
  service: Service,
  label: "" | "log ",
  record: StatusRecord,
  answers: Answers,
): void {
  const nowS = posix.clockReal().seconds;
  for (const text of historyTexts(record, historyIn(historyText(service)), nowS)) {
    answers.say(`  ${label}${text}`);
  }
}

/** Why ./run could not be executed, if that is how it ended last. @param text what supervise/history has */
export function problemIn(text: string | undefined): string | undefined {
  return historyIn(text)?.problem;
}

/** Whether the service was given up. @param text what supervise/history has */
export function hasFailedIn(text: string): boolean {
  return historyIn(text)?.failed === true;
}

/** `undefined` where its supervisor has told nothing: runit's does not. */
function historyIn(text: string | undefined): History | undefined {
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
