/**
 * The command that mends a service that dies, or shows the reason: by preference its own words.
 *
 * Pure: facts in, text out.
 */
import { quoted } from "../../../../base/quoted.ts";
import { hasCrashed, hasEndedLikeDaemon, isLineKnown, isOutOfMemory } from "./endings.ts";
import type { SupervisedFacts } from "./facts.ts";
import { svCommand } from "./phrases.ts";

/** The process whose end has no words of its own. */
const KERNEL_LOG = "dmesg | grep 'Killed process'";

export function lookCommand(facts: SupervisedFacts): string {
  const { logDirectory, output, supervisor, view } = facts;
  if (isOutOfMemory(facts)) return KERNEL_LOG;
  if (logDirectory !== undefined) return logDirectory.command;
  const showRun = `cat ${quoted(`${view.directory}/run`)}`;
  const hasLines = output !== undefined && output.lines.length > 0;
  if (output?.file !== undefined) {
    // The evidence has all of a short output.
    return hasLines && !output.isWhole ? `cat ${quoted(output.file)}` : showRun;
  }
  if (hasLines) return svCommand("logs", facts);
  if (isLineKnown(facts)) return showRun;
  // In the file of the supervisor's errors, its words stand between those of others.
  if (output?.isLost === true && hasCrashed(facts)) {
    const hasFailed = facts.live.history?.failed === true;
    return `${keepCommand(facts)}${hasFailed ? ` && ${svCommand("start", facts)}` : ""}`;
  }
  // There the errors of a log service go, and those of a service that no log service reads. One
  // that went to the background has no error, and stands in ./run.
  if (supervisor?.errorsFile !== undefined && !hasEndedLikeDaemon(facts))
    return `tail ${quoted(supervisor.errorsFile)}`;
  return showRun;
}

/** Makes runsv keep the output from the next start on. */
export function keepCommand({ view }: SupervisedFacts): string {
  return `touch ${quoted(`${view.directory}/keep-output`)}`;
}
