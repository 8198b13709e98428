/**
 * The rules of `sv verify`: each finds one kind of mistake in the facts of a service directory, and
 * has a code, which never gets another meaning. sv-verify(8) lists them.
 *
 * Pure: facts in, findings out.
 */
import { isSlipOf, meantBy } from "../../../../base/misspelling.ts";
import { quoted } from "../../../../base/quoted.ts";
import { LIMIT_FILES, MAIN_FILES } from "../../../../protocol/service-directory.ts";
import type { UnusableSupervise } from "../why/facts.ts";
import { type Accounts, unknownAccount } from "./accounts.ts";
import { isShellScript, type ShellCommand, shellCommands } from "./shell-commands.ts";
import { backgroundCommand, forkingDaemon, type Guess, missingExec } from "./shell-guesses.ts";

/** A program that runsv executes, or `check`, which sv executes. */
export interface ProgramFacts {
  /** Relative to the service directory, such as `log/run`. */
  readonly file: string;
  /** Why it cannot be executed. */
  readonly faults: readonly { readonly kind: ExecRuleKind; readonly text: string }[];
  readonly isOpenToAll: boolean;
  /** Its text, if it begins with `#!`. */
  readonly script: string | undefined;
  /** What a script needs to do its work, and does not find: a guess for each kind. */
  readonly absent: Readonly<Record<AbsentKind, Guess | undefined>>;
}

type AbsentKind = "interpreter" | "program" | "logDirectory" | "logRights" | "syntax";

/** Why a program cannot be executed: see base/exec-forecast.ts. */
type ExecRuleKind = keyof typeof EXEC_RULES;

/** The main service, or the log service. */
export interface PartFacts {
  /** Its directory, relative to the service directory. */
  readonly where: "" | "log/";
  readonly names: readonly string[];
  readonly isOpenToAll: boolean;
  /** What runsv reports about the values in its files. */
  readonly faults: readonly string[];
  readonly programs: readonly ProgramFacts[];
}

/** `dangling`: a link that leads nowhere. */
export type LogFacts = PartFacts | "none" | "dangling" | "no-directory";

/** What an entry of needs/ or after/ leads to. */
export interface DependencyFacts {
  /** Such as `needs/db`. */
  readonly file: string;
  readonly isNeeded: boolean;
  readonly exists: boolean;
  /** It has a ./check, which runsv does not run. */
  readonly hasCheckAlone: boolean;
}

export interface DirectoryFacts extends PartFacts {
  readonly path: string;
  /** Why no supervisor can make or use `supervise`. */
  readonly unusable: UnusableSupervise | undefined;
  /** Subdirectories that have a `run`, if the directory has none. */
  readonly services: readonly string[];
  /** `undefined` if they cannot be listed. */
  readonly accounts: Accounts | undefined;
  readonly log: LogFacts;
  readonly dependencies: readonly DependencyFacts[];
  /**
   * A circle of dependencies that the service is on, its own name first and last; `isVoid`: an
   * entry of after/ is part of it, and counts for nothing.
   */
  readonly circle: { readonly names: readonly string[]; readonly isVoid: boolean } | undefined;
}

export type Level = "error" | "warning";

/** A finding without its rule. */
interface Spot {
  /** Relative to the service directory; `""` for the directory itself. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly text: string;
}

export interface Rule {
  readonly code: string;
  readonly level: Level;
  /** The mistake in a few words. */
  readonly title: string;
  readonly find: (directory: DirectoryFacts) => readonly Spot[];
}

export interface Finding extends Spot {
  readonly rule: Rule;
}

/** The codes of the reasons why a program cannot be executed. */
const EXEC_RULES = {
  mode: ["RV010", "a program that is not executable"],
  interpreter: ["RV011", "an interpreter that cannot be executed"],
  "carriage-return": ["RV012", "a carriage return at the end of the #! line"],
  "no-shebang": ["RV013", "a script without a #! line"],
  architecture: ["RV014", "a program for another architecture"],
  noexec: ["RV015", "a program on a file system that is mounted noexec"],
  dangling: ["RV016", "a program that is a link to nowhere"],
  type: ["RV017", "a program that is not a regular file"],
  empty: ["RV018", "an empty program"],
  "byte-order-mark": ["RV019", "a byte order mark before the #! line"],
  loader: ["RV020", "an executable whose loader is missing"],
  missing: ["RV021", "a program that has vanished"],
} as const;

/** Those that are about the `#!` line. */
const HEADER_FAULTS = ["interpreter", "carriage-return"];

const execRules: readonly Rule[] = Object.entries(EXEC_RULES).map(([kind, [code, title]]) => ({
  code,
  level: "error",
  title,
  find: (directory) =>
    programsOf(directory).flatMap(({ file, faults, script }) =>
      faults
        .filter((fault) => fault.kind === kind)
        .map(({ text }) => ({
          file,
          ...(script !== undefined && HEADER_FAULTS.includes(kind) && { line: 1 }),
          text: `cannot be executed: ${text}`,
        })),
    ),
}));

/** For a directory that has no facts. */
export const UNREADABLE: Rule = {
  code: "RV000",
  level: "error",
  title: "a directory that cannot be read",
  find: () => [],
};

export const RULES: readonly Rule[] = [
  {
    code: "RV001",
    level: "error",
    title: "no run",
    find: ({ programs, names, services }) =>
      hasRun(programs) ? [] : [{ file: "", text: noRun(names) + servicesBelow(services) }],
  },
  {
    code: "RV002",
    level: "error",
    title: "a log service without run",
    find: ({ log }) => {
      if (typeof log === "string" || hasRun(log.programs)) return [];
      return [{ file: "log", text: `${noRun(log.names)}: nothing reads what the service writes` }];
    },
  },
  {
    code: "RV003",
    level: "error",
    title: "log is not a directory",
    find: ({ log }) => {
      if (log === "dangling") return [{ file: "log", text: "is a link that leads nowhere" }];
      return log === "no-directory" ? [{ file: "log", text: "is not a directory" }] : [];
    },
  },
  {
    code: "RV004",
    level: "error",
    title: "a supervise that no supervisor can make or use",
    find: ({ unusable }) =>
      unusable === undefined
        ? []
        : [{ file: unusable.file, text: `cannot be made or used: ${unusable.text}` }],
  },
  ...execRules,
  {
    code: "RV030",
    level: "warning",
    title: "a name that looks like a misspelt one",
    find: (directory) => partsOf(directory).flatMap(misspeltNames),
  },
  {
    code: "RV031",
    level: "error",
    title: "a value that makes no sense",
    find: (directory) =>
      partsOf(directory).flatMap(({ faults }) => faults.map((text) => valueFault(text))),
  },
  {
    code: "RV032",
    level: "warning",
    title: "keep-output beside a log service",
    find: ({ names, log }) =>
      names.includes("keep-output") && typeof log !== "string"
        ? [{ file: "keep-output", text: "means nothing beside log/, which gets the output" }]
        : [],
  },
  {
    code: "RV040",
    level: "error",
    title: "a need for a service that does not exist",
    find: ({ dependencies }) =>
      dependencies
        .filter(({ isNeeded, exists }) => isNeeded && !exists)
        .map(({ file }) => ({ file, text: "there is no such service: this one never starts" })),
  },
  {
    code: "RV041",
    level: "error",
    title: "services that need each other in a circle",
    find: ({ circle }) =>
      circle === undefined || circle.isVoid
        ? []
        : [{ file: "needs", text: `${circleText(circle)}: none of them ever starts` }],
  },
  {
    code: "RV042",
    level: "warning",
    title: "an order that leads in a circle",
    find: ({ circle }) =>
      circle?.isVoid === true
        ? [{ file: "after", text: `${circleText(circle)}: this order counts for nothing` }]
        : [],
  },
  {
    code: "RV043",
    level: "warning",
    title: "a dependency whose check is not run",
    find: ({ dependencies }) =>
      dependencies
        .filter(({ hasCheckAlone }) => hasCheckAlone)
        .map(({ file }) => ({
          file,
          text: "its ./check plays no part here without a file check-period",
        })),
  },
  {
    code: "RV050",
    level: "error",
    title: "a program that every user may change",
    find: (directory) =>
      programsOf(directory)
        .filter(({ isOpenToAll }) => isOpenToAll)
        .map(({ file }) => ({ file, text: "every user may write to it: chmod o-w" })),
  },
  {
    code: "RV051",
    level: "error",
    title: "a directory in which every user may replace files",
    find: (directory) =>
      partsOf(directory)
        .filter(({ isOpenToAll }) => isOpenToAll)
        .map(({ where }) => ({
          file: where.slice(0, -1),
          text: "every user may replace its files: chmod o-w",
        })),
  },
  guess("RV060", "a script that does not exec its last command", missingExec),
  guess("RV061", "a daemon that goes to the background", forkingDaemon),
  guess("RV062", "a script that leaves its last command in the background", backgroundCommand),
  guess("RV063", "a user or group that does not exist", (commands, { accounts }) =>
    unknownAccount(commands, accounts),
  ),
  absent("RV064", "an interpreter that env does not find", "interpreter"),
  absent("RV065", "a script that executes a missing program", "program"),
  absent("RV066", "a missing directory for svlogd", "logDirectory"),
  absent("RV067", "a shell script with a mistake in its syntax", "syntax"),
  absent("RV068", "a directory that the user of svlogd may not write to", "logRights"),
];

type Guesser = (commands: readonly ShellCommand[], directory: DirectoryFacts) => Guess | undefined;

/** A rule about the ./run of either service, if it is a shell script. */
function guess(code: string, title: string, find: Guesser): Rule {
  return {
    code,
    level: "warning",
    title,
    find: (directory) =>
      programsOf(directory).flatMap(({ file, script }) => {
        const isRun = file === "run" || file === "log/run";
        if (!isRun || script === undefined || !isShellScript(script)) return [];
        const found = find(shellCommands(script), directory);
        return found === undefined ? [] : [{ file, ...found }];
      }),
  };
}

function absent(code: string, title: string, kind: AbsentKind): Rule {
  return {
    code,
    level: "warning",
    title,
    find: (directory) =>
      programsOf(directory).flatMap(({ file, absent: { [kind]: found } }) =>
        found === undefined ? [] : [{ file, line: found.line, text: found.text }],
      ),
  };
}

/** All findings, in the order of files and lines; those that a script silences are left out. */
export function findingsIn(directory: DirectoryFacts): Finding[] {
  const ignored = ignoredCodes(directory);
  const findings = RULES.filter(({ code }) => !ignored.has(code)).flatMap((rule) =>
    rule.find(directory).map((spot) => ({ ...spot, rule })),
  );
  return findings.sort((one, other) =>
    one.file === other.file ? (one.line ?? 0) - (other.line ?? 0) : one.file < other.file ? -1 : 1,
  );
}

/** The codes in `# verify: ignore RV012 reason`, a line of any program of the directory. */
function ignoredCodes(directory: DirectoryFacts): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const { script = "" } of programsOf(directory)) {
    for (const line of script.split("\n")) {
      const [comment, verb, code] = line.trim().split(" ").slice(1);
      if (line.trim().startsWith("# ") && comment === "verify:" && verb === "ignore") {
        if (code !== undefined) codes.add(code);
      }
    }
  }
  return codes;
}

function partsOf({ log, ...main }: DirectoryFacts): readonly PartFacts[] {
  return typeof log === "string" ? [main] : [main, log];
}

function programsOf(directory: DirectoryFacts): readonly ProgramFacts[] {
  return partsOf(directory).flatMap(({ programs }) => programs);
}

function circleText({ names }: { readonly names: readonly string[] }): string {
  return names.map(quoted).join(" -> ");
}

function hasRun(programs: readonly ProgramFacts[]): boolean {
  return programs.some(({ file }) => file === "run" || file === "log/run");
}

function noRun(names: readonly string[]): string {
  const near = names.find((name) => isVariantOf(name, "run"));
  return near === undefined ? "has no run" : `has no run, but ${quoted(near)}`;
}

/** Somebody may have named the directory of all services. */
function servicesBelow({ length: count }: readonly string[]): string {
  if (count === 0) return "";
  const have = count === 1 ? "one of its directories has" : `${count} of its directories have`;
  return `, but ${have}: verify those, as in DIR/*`;
}

/** Too short for {@link meantBy}. */
const SHORT_NAMES = ["finish", "check", "down", "log", "control", "needs", "after", "access"];
const LONG_NAMES: readonly string[] = [...LIMIT_FILES, ...MAIN_FILES, "essential"];

function misspeltNames({ where, names }: PartFacts): Spot[] {
  const known: readonly string[] = where === "" ? LONG_NAMES : LIMIT_FILES;
  return names.flatMap((name) => {
    if (known.includes(name) || SHORT_NAMES.includes(name)) return [];
    const short = SHORT_NAMES.find((one) => isVariantOf(name, one));
    const meant = (where === "" ? short : undefined) ?? meantBy(name, known);
    if (meant === undefined || names.includes(meant)) return [];
    return [{ file: where + name, text: `means nothing: did you mean ${meant}?` }];
  });
}

/** Whether the name is misspelt, differs in case, or has an extension: `rnu`, `Run`, `run.sh`. */
function isVariantOf(name: string, known: string): boolean {
  const [stem = "", extension] = name.toLowerCase().split(".");
  if (extension === undefined && isSlipOf(stem, known)) return true;
  return name !== known && stem === known && (extension === undefined || extension === "sh");
}

/** `./log/timeout-kill: "x" is not a number` as a finding in that file. */
function valueFault(text: string): Spot {
  const [path = "", ...rest] = text.split(": ");
  const file = path.startsWith("./") ? path.slice(2) : "";
  const value = rest.join(": ");
  const sentence = file === "" ? text : value;
  return { file, text: sentence.endsWith(".") ? sentence.slice(0, -1) : sentence };
}
