/**
 * The files of a service directory for a process.
 *
 * Pure: write.ts writes them.
 */
import { isVariable } from "./environment.ts";
import { noteText } from "./note.ts";
import type { Hook, LogPlan, ProcessPlan, Step } from "./process-plan.ts";
import { comment, quoted } from "./sh.ts";

export interface PlannedFile {
  /** From the service directory. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const PROGRAM = 0o755;
const PLAIN = 0o644;
/** Variables may be passwords; chpst reads them before it changes the user. */
const SECRET = 0o600;

const SHELL = "#!/bin/sh";
/** By which a one-shot reports that it has done its work. */
const READY_FD = 3;
/** A file of chpst -e is a line, and loses blanks at its end. */
const FITS_LINE = /^(?:[^\0\n]*[^\0\n \t])?$/;

export function filesOf(plan: ProcessPlan): readonly PlannedFile[] {
  const files: PlannedFile[] = [{ path: "run", text: runOf(plan), mode: PROGRAM }];
  const add = (path: string, value: string | number | undefined) => {
    if (value !== undefined) files.push({ path, text: `${value}\n`, mode: PLAIN });
  };
  for (const [name, value] of inFiles(plan)) {
    files.push({ path: `env/${name}`, text: `${value}\n`, mode: SECRET });
  }
  if (plan.log !== undefined) files.push(...logFiles(plan.log));
  if (plan.startSeconds !== undefined) {
    files.push({ path: "check", text: checkOf(plan.startSeconds), mode: PROGRAM });
  }
  if (plan.check !== undefined) {
    const command = ["exec", ...stateOf(plan), ...plan.check.map(quoted)].join(" ");
    const text = [SHELL, ...environmentFileLines(plan), command].join("\n");
    files.push({ path: "check", text: `${text}\n`, mode: PROGRAM });
  }
  add("down-signal", plan.stopSignal);
  add("timeout-kill", plan.killTimeoutMs);
  add("max-death-tally", plan.maxCrashes);
  add("restart-policy", plan.restartPolicy);
  add("notify-socket", plan.notifies);
  if (plan.isOneShot === true) add("notification-fd", READY_FD);
  for (const [name, number] of plan.numbers ?? []) add(name, number);
  for (const [path, hook] of plan.hooks ?? []) {
    files.push({ path, text: hookOf(plan, hook), mode: PROGRAM });
  }
  for (const [name, text] of plan.needs ?? []) add(`needs/${name}`, text);
  for (const name of plan.after ?? []) files.push({ path: `after/${name}`, text: "", mode: PLAIN });
  if (plan.ownsGroup) files.push({ path: "kill-group", text: "", mode: PLAIN });
  if (plan.startsDown) files.push({ path: "down", text: "", mode: PLAIN });
  return files;
}

function runOf(plan: ProcessPlan): string {
  const { file, title } = plan.origin;
  const source = file.split("/").at(-1) === title ? file : `${file}, ${title}`;
  const lines = [SHELL, comment(`Made by runits-import from ${source}.`)];
  lines.push(...(plan.about ?? []).map(comment));
  if (plan.notes.length > 0) {
    lines.push("#", "# Not as it was:");
    lines.push(...plan.notes.map((note) => comment(`  ${noteText(note)}`)));
  }
  lines.push(...redirections(plan));
  if (plan.umask !== undefined) lines.push(`umask ${plan.umask}`);
  for (const [name, value] of plan.environment) {
    if (!isInFile(name, value) && isVariable(name)) {
      lines.push(`export ${name}=${quoted(value)}`);
    }
  }
  lines.push(
    ...environmentFileLines(plan),
    ...stepLines(plan, plan.steps ?? []),
    ...commandLines(plan),
  );
  return `${lines.join("\n")}\n`;
}

function hookOf(plan: ProcessPlan, { steps, exitCode }: Hook): string {
  const lines = [
    SHELL,
    // finish has arguments, and options for chpst are put there.
    "set --",
    "MAINPID=$(cat supervise/pid 2>/dev/null)",
    "export MAINPID",
    ...environmentFileLines(plan),
    ...stepLines(plan, steps),
    `exit ${exitCode}`,
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(plan: ProcessPlan, steps: readonly Step[]): readonly string[] {
  return steps.map(({ command, isNeeded, isPrivileged }) => {
    const words = [...(isPrivileged ? [] : stateOf(plan)), ...command.map(quoted)];
    return isNeeded ? `${words.join(" ")} || exit` : words.join(" ");
  });
}

function commandLines(plan: ProcessPlan): readonly string[] {
  const command = [...stateOf(plan), ...plan.command.map(quoted)].join(" ");
  if (plan.isOneShot !== true) return [`exec ${command}`];
  return [`${command} || exit`, `echo >&${READY_FD}`, "exec pause"];
}

/** A file that may be missing becomes an option only if it is there. */
function environmentFileLines({ environmentFiles = [] }: ProcessPlan): readonly string[] {
  if (!environmentFiles.some(({ isOptional }) => isOptional)) return [];
  return environmentFiles.map(({ path, isOptional }) => {
    const add = `set -- "$@" --env-file ${quoted(path)}`;
    return isOptional ? `[ ! -e ${quoted(path)} ] || ${add}` : add;
  });
}

function redirections({ stdout, stderr }: ProcessPlan): readonly string[] {
  const words: string[] = [];
  if (stderr === "log") words.push("2>&1");
  if (stdout === "none") words.push(">/dev/null");
  if (stderr === "none") words.push("2>/dev/null");
  return words.length === 0 ? [] : [`exec ${words.join(" ")}`];
}

/** chpst and its options, if it has any. */
function stateOf(plan: ProcessPlan): readonly string[] {
  const options: string[] = [];
  const variables = [...inFiles(plan)].length > 0 ? ["-e", "./env"] : [];
  if (plan.environmentWins === true) options.push(...fileOptions(plan), ...variables);
  else options.push(...variables, ...fileOptions(plan));
  if (plan.user !== undefined) options.push("-u", quoted(plan.user));
  if (plan.directory !== undefined) options.push("-C", quoted(plan.directory));
  options.push(...(plan.chpst ?? []).map(quoted));
  if (options.length > 0) return ["chpst", ...options];
  // Without chpst, a program that begins with a dash would be an option of exec.
  return plan.command[0]?.startsWith("-") === true ? ["chpst"] : [];
}

function fileOptions({ environmentFiles = [] }: ProcessPlan): readonly string[] {
  if (environmentFiles.some(({ isOptional }) => isOptional)) return ['"$@"'];
  return environmentFiles.flatMap(({ path }) => ["--env-file", quoted(path)]);
}

function inFiles({ environment }: ProcessPlan): ReadonlyMap<string, string> {
  return new Map([...environment].filter(([name, value]) => isInFile(name, value)));
}

function isInFile(name: string, value: string): boolean {
  return isVariable(name) && FITS_LINE.test(value);
}

function logFiles({ maxBytes, files }: LogPlan): readonly PlannedFile[] {
  return [
    { path: "log/run", text: `${SHELL}\nexec svlogd -tt ./main\n`, mode: PROGRAM },
    { path: "log/main/config", text: `s${maxBytes}\nn${files}\n`, mode: PLAIN },
  ];
}

function checkOf(seconds: number): string {
  return `${SHELL}
# It counts as started when it has run for so many seconds; better ask the service itself.
[ $(($(date +%s) - $(stat -c %Y supervise/pid))) -ge ${seconds} ]
`;
}
