/**
 * What is wrong with the log service of a service that runs.
 *
 * Pure: facts in, answers out.
 */
import { quoted, shown } from "../../../../base/quoted.ts";
import type { Answer, SupervisedFacts, WhyFacts } from "./facts.ts";
import { ADDED_LOG, svCommand } from "./phrases.ts";

/** The service runs, but its log service does not, or this user may not see whether it does. */
export function logService(
  facts: SupervisedFacts,
  answerAboutLog: (log: WhyFacts) => Answer,
): Answer | undefined {
  const { log } = facts;
  if (log === undefined) return undefined;
  const { live, failure } = log.view;
  if (failure?.kind === "unsupervised") {
    const command = svCommand("exit", facts);
    return { reason: "log-added", text: ADDED_LOG, command };
  }
  if (failure !== undefined) {
    const text = `its log service cannot be seen: ${shown(failure.text)}`;
    return { reason: "log-service", text, command: answerAboutLog(log).command };
  }
  const { reason, text, command } = answerAboutLog(log);
  if (live?.record.phase === "run") {
    if (reason !== "dying") return undefined;
    return { reason: "log-service", text: `its log service ${text}`, command };
  }
  return {
    reason: "log-service",
    text: `nothing reads what it writes: its log service is ${log.view.summary}: ${text}`,
    command,
  };
}

/** The pipe to the log service is full, and that sleeps: svlogd does if it cannot write. */
export function logUnread({ isBlocked, log, output }: SupervisedFacts): Answer | undefined {
  const [logger] = log?.processes ?? [];
  if (!isBlocked || log === undefined || logger?.state !== "S") return undefined;
  const { directory } = output ?? {};
  return {
    reason: "log-blocked",
    text: "it is held up by its log service, which does not read its output: a full disk?",
    command:
      directory === undefined ? `sv why ${quoted(log.view.name)}` : `df ${quoted(directory)}`,
  };
}
