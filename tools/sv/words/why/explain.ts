/**
 * The answer to why a service is in the state it is in, and the evidence for it.
 *
 * Pure: facts in, text out.
 */
import { quoted, shown } from "../../../../base/quoted.ts";
import { spanText } from "../durations.ts";
import { endText, type NameOfSignal } from "../service-info.ts";
import type { RunChange } from "../service-view.ts";
import { absenceAnswer } from "./absence-reasons.ts";
import { downReasons } from "./down-reasons.ts";
import { hasCrashed, runsOf } from "./endings.ts";
import type { Answer, CgroupUse, ServiceProcess, SupervisedFacts, WhyFacts } from "./facts.ts";
import { keepCommand } from "./look-command.ts";
import { ADDED_LOG, AT_ONCE_MS, afterText, ageText, runGroups, timesText } from "./phrases.ts";
import { runningReasons } from "./running-reasons.ts";

/** A line of evidence: a word, and what is known about it. */
export type Evidence = readonly [label: string, text: string];

const UNKNOWN: Answer = { reason: "unknown", text: "its state makes no sense" };
const NAMED_MAX = 8;
const RESTART_POLICY = "restart-policy";
/** What of ./run was changed, and what that means: before and behind the time. */
const CHANGED: Readonly<Record<RunChange["what"], readonly [string, string]>> = {
  contents: ["the contents of ./run", ""],
  file: ["./run", ": an older file replaced it, or its mode or owner was changed"],
  attributes: [
    "the mode or owner of ./run",
    ": that needs no restart; one is due only if an older file was copied over it (cp -p)",
  ],
};

export function answerTo(facts: WhyFacts, signalName: NameOfSignal): Answer {
  const { failure } = facts.view;
  const supervised = supervisedFacts(facts);
  if (supervised === undefined) return failure ? absenceAnswer(facts, failure) : UNKNOWN;
  const isDown = supervised.live.record.phase === "down";
  const reasons = isDown
    ? downReasons(signalName)
    : runningReasons(signalName, (log) => answerTo(log, signalName));
  for (const reason of reasons) {
    const answer = reason(supervised);
    if (answer !== undefined) return answer;
  }
  return UNKNOWN;
}

function supervisedFacts(facts: WhyFacts): SupervisedFacts | undefined {
  const { live } = facts.view;
  return live === undefined ? undefined : { ...facts, live };
}

/** What is known of the service, in the order in which people ask. */
export function evidenceFor(facts: WhyFacts, signalName: NameOfSignal): Evidence[] {
  const { limits, log } = facts;
  const supervised = supervisedFacts(facts);
  const lines: Evidence[] = supervised === undefined ? [] : evidenceOf(supervised, signalName);
  if (limits.length > 0) lines.push(["limits", limits.join(", ")]);
  for (const next of facts.chain) {
    lines.push(["waits for", `${quoted(next.view.name)}: ${shortAnswer(next, signalName)}`]);
  }
  if (facts.circle.length > 0) {
    const names = [...facts.circle, ...facts.circle.slice(0, 1)];
    lines.push(["circle", names.map(quoted).join(" -> ")]);
  }
  if (log?.view.failure?.kind === "unsupervised" && supervised !== undefined) {
    lines.push(["log", ADDED_LOG]);
  } else if (log !== undefined) {
    const { command } = answerTo(log, signalName);
    const remedy = command === undefined ? "" : `; try: ${command}`;
    lines.push(["log", `${shortAnswer(log, signalName)}${remedy}`]);
  }
  const { output } = facts;
  if (output !== undefined) {
    lines.push(["output", output.place]);
    for (const line of output.lines) lines.push(["", line]);
    if (output.isLost && supervised !== undefined && hasCrashed(supervised)) {
      lines.push(["", `to keep the end of it: ${keepCommand(supervised)}`]);
    }
  }
  return lines;
}

function shortAnswer(facts: WhyFacts, signalName: NameOfSignal): string {
  return `${facts.view.summary}: ${answerTo(facts, signalName).text}`;
}

function evidenceOf(facts: SupervisedFacts, signalName: NameOfSignal): Evidence[] {
  const { view, live, run, processes, supervisor, cgroup, runChange } = facts;
  const { record, history } = live;
  const nowS = view.now.seconds;
  const lines: Evidence[] = [
    ["state", `${record.phase} for ${ageText(facts)}`],
    ["wanted", wantedText(facts)],
  ];
  if (history?.problem !== undefined) lines.push(["problem", history.problem]);
  else if (run !== undefined) lines.push(["problem", `./run: ${run.text}`]);
  for (const { file, text } of facts.unusableScripts) lines.push(["problem", `./${file}: ${text}`]);
  if (runChange !== undefined) {
    const ago = `${spanText(nowS - runChange.atS)} ago`;
    lines.push(["changed", `${CHANGED[runChange.what][0]}, ${ago}${CHANGED[runChange.what][1]}`]);
  }
  const ends = runsOf(facts).length;
  if (ends > 0 && (history?.exitCount ?? 0) > ends) {
    lines.push(["ended", `${history?.exitCount} times in all; of the last ${ends}:`]);
  }
  for (const text of endTexts(facts, signalName)) lines.push(["ended", text]);
  const below = processes.slice(1);
  if (below.length > 0) lines.push(["below it", processList(below)]);
  if (record.pid !== 0 && processes.length === 0) {
    lines.push(["process", `${record.pid}, which /proc does not show`]);
  }
  if (supervisor !== undefined) lines.push(["supervisor", `pid ${supervisor.pid}`]);
  if (cgroup !== undefined) lines.push(...cgroupLine(cgroup));
  return lines;
}

/** Nobody can know who wrote a command. */
function wantedText({ live, limits }: SupervisedFacts): string {
  const { record, hasDown, history } = live;
  const isNormallyDown = hasDown === true;
  if (record.want === "up") return isNormallyDown ? "up, by a command; normally down" : "up";
  if (history?.failed === true) return "down, because it has failed";
  if (history?.finalCode !== undefined) {
    const hasPolicy = limits.some((each) => each.startsWith(`${RESTART_POLICY} `));
    const policy = hasPolicy ? `${RESTART_POLICY} or ` : "";
    return `down: it has ended, and ${policy}an earlier command keeps it down`;
  }
  return isNormallyDown ? "down, by the file down or a command" : "down, by a command";
}

/** The last runs, the newest first; equal ones that follow each other are one line. */
function endTexts(facts: SupervisedFacts, signalName: NameOfSignal): string[] {
  const nowS = facts.view.now.seconds;
  return runGroups(runsOf(facts)).map(({ last, count, shortestMs, longestMs }) => {
    const [from, to] = [afterText(shortestMs), afterText(longestMs)];
    const longest = to.replace("after ", "");
    const range = shortestMs < AT_ONCE_MS ? `within ${longest}` : `${from} to ${longest}`;
    const ran = from === to ? from : range;
    const often = count === 1 ? "" : `${timesText(count)}: `;
    return `${often}${endText(last, signalName)} ${ran}, ${spanText(nowS - last.endedS)} ago`;
  });
}

/** One that it shares matters only if something happened there. */
function cgroupLine({
  directory,
  isOwn,
  processLimit,
  refusedForks,
  memoryKills = 0,
}: CgroupUse): Evidence[] {
  if (!isOwn && refusedForks === 0 && memoryKills === 0) return [];
  const parts: string[] = [];
  if (processLimit !== undefined) {
    parts.push(`${processLimit.count} of ${processLimit.limit} processes are in use`);
  }
  if (refusedForks > 0) parts.push(`the kernel has refused ${refusedForks} forks`);
  if (memoryKills > 0) parts.push(`the kernel has killed ${memoryKills} for lack of memory`);
  const what = parts.length === 0 ? "" : `: ${parts.join(", ")}`;
  return [["cgroup", `${shown(directory)}${what}`]];
}

function processList(processes: readonly ServiceProcess[]): string {
  const named = processes.slice(0, NAMED_MAX).map(({ name, pid }) => `${shown(name)} (${pid})`);
  const others = processes.length - named.length;
  return `${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}
