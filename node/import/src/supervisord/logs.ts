/**
 * What becomes of the output of a program: supervisord has a file for standard output and one for
 * standard error, svlogd one directory.
 */
import type { Note } from "../note.ts";
import type { LogPlan, ProcessPlan } from "../process-plan.ts";
import type { Variables } from "./expand.ts";
import type { ProgramOptions } from "./program-options.ts";
import { booleanOf, bytesOf, integerOf } from "./values.ts";

/** supervisord's own values. */
const DEFAULT_BYTES = 50 * 1_024 ** 2;
const DEFAULT_FILES = 10;
/** Names of descriptors that supervisord has inherited itself. */
const INHERITED = /^\/(dev\/(stdout|stderr|fd\/[12])|proc\/self\/fd\/[12])$/;

type Target = "none" | "inherited" | "file";

interface Output extends Pick<ProcessPlan, "log" | "stdout" | "stderr"> {
  readonly notes: readonly Note[];
}

export function outputOf(options: ProgramOptions, variables: Variables): Output {
  const isJoined = options.value("redirect_stderr", variables, booleanOf) ?? false;
  const stdout = target(options, "stdout", variables);
  const stderr = isJoined ? stdout : target(options, "stderr", variables);
  const log = logOf(options, variables, stdout === "file" ? "stdout" : "stderr");
  const hasLog = stdout === "file" || stderr === "file";
  return {
    log: hasLog ? log : undefined,
    stdout: stdout === "none" ? "none" : "passed",
    stderr: stderr === "none" ? "none" : stderr === "file" || isJoined ? "log" : "passed",
    notes: [
      ...notesOf(options, "stdout", stdout),
      ...(isJoined ? ignoredNotes(options) : notesOf(options, "stderr", stderr)),
    ],
  };
}

function target(
  options: ProgramOptions,
  stream: "stdout" | "stderr",
  variables: Variables,
): Target {
  const name = options.text(`${stream}_logfile`, variables) ?? "AUTO";
  if (name.toUpperCase() === "NONE" || name === "/dev/null") return "none";
  return INHERITED.test(name) ? "inherited" : "file";
}

function logOf(
  options: ProgramOptions,
  variables: Variables,
  stream: "stdout" | "stderr",
): LogPlan {
  const value = (suffix: string, read: (text: string) => number) =>
    options.value(`${stream}_logfile_${suffix}`, variables, read);
  const maxBytes = value("maxbytes", bytesOf) ?? DEFAULT_BYTES;
  const files = value("backups", integerOf) ?? DEFAULT_FILES;
  // svlogd takes 0 for "keep all", and rotates by renaming, so it keeps one at least.
  return { maxBytes, files: Math.max(files, 1) };
}

function notesOf(
  options: ProgramOptions,
  stream: "stdout" | "stderr",
  where: Target,
): readonly Note[] {
  const notes = [...otherNotes(options, stream)];
  if (where === "file") {
    notes.push(
      ...options
        .note(`${stream}_logfile`, (value) => `the log is in log/main, not in ${value}`)
        .filter(({ text }) => !/not in auto$/i.test(text)),
    );
  }
  for (const suffix of ["maxbytes", "backups"]) {
    const notice = options.note(`${stream}_logfile_${suffix}`, () => "one log has both outputs");
    if (stream === "stderr" && where === "file") notes.push(...notice);
  }
  return notes;
}

/** Options about standard error beside `redirect_stderr`, which supervisord ignores too. */
function ignoredNotes(options: ProgramOptions): readonly Note[] {
  return [
    ...otherNotes(options, "stderr"),
    ...["", "_maxbytes", "_backups"].flatMap((suffix) =>
      options.note(`stderr_logfile${suffix}`, () => "has no effect beside redirect_stderr"),
    ),
  ];
}

function otherNotes(options: ProgramOptions, stream: "stdout" | "stderr"): readonly Note[] {
  return [
    ...options.note(`${stream}_capture_maxbytes`, () => "nothing is captured"),
    ...options.note(`${stream}_events_enabled`, () => "there are no events; see sv-watch(8)"),
    ...options.note(`${stream}_syslog`, () => "see u in svlogd(8), which sends lines to syslogd"),
  ];
}
