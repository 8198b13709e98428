/**
 * Runs ./check of a service as sv does: in the service directory, with nothing on standard input
 * and output. It counts as a no if it takes longer than the file `check-timeout` allows.
 */
import { spawn } from "node:child_process";
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { parseNumber } from "../../../supervisor/limit-text.ts";
import { CHECK, CheckAnswers, type CheckRunner } from "../../../tools/sv/check-answers.ts";
import type { ServiceEvents } from "../../../tools/sv/event-source.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import { fromBytes } from "./byte-strings.ts";

/** Without `check-timeout`; as for the supervisor. */
const TIMEOUT_MS = 10_000;
const TEXT_MAX_BYTES = 64;

export function checkOf(
  service: NamedService,
  events: Pick<ServiceEvents, "after">,
  onChange: () => void,
): CheckAnswers {
  const runner: CheckRunner = {
    start: (_, onAnswer) => {
      const child = inDirectory(service, (cwd) => spawn(`./${CHECK}`, { cwd, stdio: "ignore" }));
      const kill = (): void => {
        child.kill("SIGKILL");
      };
      const timer = setTimeout(kill, timeoutMsOf(service));
      let isOver = false;
      const answer = (isYes: boolean): void => {
        clearTimeout(timer);
        if (!isOver) onAnswer(isYes);
        isOver = true;
      };
      child.on("exit", (code) => answer(code === 0));
      child.on("error", () => answer(false)); // it cannot be executed
      return () => {
        isOver = true;
        kill();
      };
    },
    warn: () => {}, // a no, like any other
  };
  return new CheckAnswers({ service, runner, events, onChange });
}

/** Node takes no bytes for a current directory, and the path of a service may not be UTF-8. */
function inDirectory<T>({ path }: NamedService, start: (cwd: string) => T): T {
  const flags = posix.O_RDONLY | posix.O_DIRECTORY;
  const fd = ignoringErrors(() => posix.open(posix.AT_FDCWD, path, flags, 0));
  if (fd === undefined) return start(fromBytes(path)); // the child reports the same failure
  try {
    return start(`/proc/${process.pid}/fd/${fd}`);
  } finally {
    posix.close(fd);
  }
}

function timeoutMsOf(service: NamedService): number {
  const path = service.file("check-timeout");
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, TEXT_MAX_BYTES));
  const seconds = text === undefined ? undefined : parseNumber(text);
  return seconds === undefined ? TIMEOUT_MS : seconds * 1_000;
}
