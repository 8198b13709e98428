/**
 * The files of a service directory for a process.
 *
 * Pure: write.ts writes them.
 */
import { isVariable } from "./environment.ts";
import { noteText } from "./note.ts";
import type { LogPlan, ProcessPlan } from "./process-plan.ts";
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
  add("down-signal", plan.stopSignal);
  add("timeout-kill", plan.killTimeoutMs);
  add("max-death-tally", plan.maxCrashes);
  add("restart-policy", plan.restartPolicy);
  if (plan.ownsGroup) files.push({ path: "kill-group", text: "", mode: PLAIN });
  if (plan.startsDown) files.push({ path: "down", text: "", mode: PLAIN });
  return files;
}

function runOf(plan: ProcessPlan): string {
  const { file, title } = plan.origin;
  const lines = [SHELL, comment(`Made by runits-import from ${file}, ${title}.`)];
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
  lines.push(["exec", ...stateOf(plan), ...plan.command.map(quoted)].join(" "));
  return `${lines.join("\n")}\n`;
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
  if ([...inFiles(plan)].length > 0) options.push("-e", "./env");
  if (plan.user !== undefined) options.push("-u", quoted(plan.user));
  if (plan.directory !== undefined) options.push("-C", quoted(plan.directory));
  if (options.length > 0) return ["chpst", ...options];
  // Without chpst, a program that begins with a dash would be an option of exec.
  return plan.command[0]?.startsWith("-") === true ? ["chpst"] : [];
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
