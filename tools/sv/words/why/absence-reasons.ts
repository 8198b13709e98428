/**
 * Why a service cannot be looked at: there is no directory, no supervisor, or no right to see it.
 *
 * Pure: facts in, answers out.
 */
import { withoutSlash } from "../../../../base/options.ts";
import { quoted, shown } from "../../../../base/quoted.ts";
import type { ServiceFailure } from "../../service-report.ts";
import type { AbsenceFacts, Answer, WhyFacts } from "./facts.ts";
import { parentOf } from "./phrases.ts";

/** A supervisor is at work, and has not published a state. */
const NO_STATUS = "supervise/status: file does not exist";

/** How long runsvdir, runit's too, may take to start a supervisor that has ended again. */
const RESTARTED_WITHIN_S = 5;

/** The reason if this user may not look at the service. */
export const ACCESS_DENIED = "access-denied";

const NOTHING: AbsenceFacts = {
  alike: undefined,
  danglesTo: undefined,
  unlinked: undefined,
  home: undefined,
  runsvdir: undefined,
  supervisorEndedS: undefined,
  orphan: undefined,
  formerSupervisor: undefined,
  unusable: undefined,
};

export function absenceAnswer(facts: WhyFacts, failure: ServiceFailure): Answer {
  switch (failure.kind) {
    case "absent":
      return absent(facts);
    case "file":
      return notDirectory(facts.view.directory);
    case "unsupervised":
    case "gone":
      return unsupervised(facts, failure);
    case "failed":
    case "unknown":
      return unreadable(facts, failure);
  }
}

function absent({ view, absence }: WhyFacts): Answer {
  const { name, directory } = view;
  const { alike, danglesTo, unlinked, home } = absence ?? NOTHING;
  if (danglesTo !== undefined) {
    return {
      reason: "dangling-link",
      text: `${quoted(directory)} is a link to ${quoted(danglesTo)}, which does not exist`,
      command: home === undefined ? `ls -l ${quoted(directory)}` : `sv remove ${quoted(name)}`,
    };
  }
  const text = `there is no directory ${quoted(directory === "" ? name : directory)}`;
  if (alike !== undefined) {
    const command = `sv why ${quoted(alike)}`;
    return { reason: "no-directory", text: `${text}: did you mean ${quoted(alike)}?`, command };
  }
  if (unlinked !== undefined) {
    const command = `sv link ${quoted(name)}`;
    return { reason: "not-linked", text: `${text}: ${quoted(unlinked)} is not linked`, command };
  }
  return {
    reason: "no-directory",
    text,
    command: home === undefined ? undefined : `ls ${quoted(home)}`,
  };
}

function notDirectory(path: string): Answer {
  const file = quoted(withoutSlash(path));
  return {
    reason: "no-directory",
    text: `${file} is a file, not a service directory`,
    command: `ls -l ${file}`,
  };
}

function unsupervised({ view, absence }: WhyFacts, { kind }: ServiceFailure): Answer {
  const { directory } = view;
  const { formerSupervisor, runsvdir, orphan, supervisorEndedS } = absence ?? NOTHING;
  if (formerSupervisor !== undefined) {
    return {
      reason: "directory-replaced",
      text:
        "the directory was replaced, and its supervisor " +
        `(pid ${formerSupervisor}) looks after the former one`,
      command: `kill -TERM ${formerSupervisor}`,
    };
  }
  const unusable = unusableSupervise(absence);
  if (unusable !== undefined) return unusable;
  const what = kind === "gone" ? "its supervisor has ended" : "it has never had a supervisor";
  const still = orphan === undefined ? "" : `; its process (pid ${orphan}) still runs`;
  if (runsvdir === undefined) {
    const parent = parentOf(directory);
    return {
      reason: "no-supervisor",
      text: `${what}${still}; no runsvdir looks after ${quoted(parent)}`,
      command: `runsvdir ${quoted(parent)}`,
    };
  }
  if (kind === "gone" && view.now.seconds - (supervisorEndedS ?? 0) < RESTARTED_WITHIN_S) {
    return {
      reason: "no-supervisor",
      text: `${what} just now${still}; runsvdir (pid ${runsvdir}) starts one in a moment`,
      command: `sv status ${quoted(view.name)}`,
    };
  }
  return {
    reason: "no-supervisor",
    text: `${what}${still}; runsvdir (pid ${runsvdir}) has not started one: see its messages`,
    command: `ps -o args= -p ${runsvdir}`,
  };
}

function unreadable({ view, absence, sudoSv }: WhyFacts, { text }: ServiceFailure): Answer {
  const { name, directory } = view;
  const unusable = unusableSupervise(absence);
  if (unusable !== undefined) return unusable;
  if (text.endsWith("access denied") || text.endsWith("permission denied")) {
    const command = `${sudoSv} why ${quoted(name)}`;
    const hint = `root can let your group: sv grant :GROUP ${quoted(name)}`;
    return { reason: ACCESS_DENIED, text: `${shown(text)} (${hint})`, command };
  }
  if (text.endsWith(NO_STATUS)) {
    const hint = "its supervisor could not write it: a full disk?";
    const command = `df ${quoted(`${directory}/supervise`)}`;
    return { reason: "unreadable", text: `${shown(text)} (${hint})`, command };
  }
  const command = `ls -l ${quoted(`${directory}/supervise`)}`;
  return { reason: "unreadable", text: shown(text), command };
}

function unusableSupervise(absence: AbsenceFacts | undefined): Answer | undefined {
  if (absence?.unusable === undefined) return undefined;
  const { file, text, command } = absence.unusable;
  return {
    reason: "supervise-unusable",
    text: `no supervisor can start: ${file} cannot be made or used: ${shown(text)}`,
    command,
  };
}
