/**
 * What a script runs and the machine does not have: a program, or a directory for svlogd. These are
 * guesses: a script with a variable in the line in question, or that looks for programs itself,
 * passes.
 *
 * Pure: commands and a search in, findings out.
 */
import { directoriesIn } from "../../../../base/logger-words.ts";
import { accountsIn, chpstLine, SETUIDGID } from "./accounts.ts";
import type { ShellCommand } from "./shell-commands.ts";
import { baseName, executes, type Guess, plainWords } from "./shell-guesses.ts";

/** Whether there is a program of that name in PATH, or at that path; `true` also if unknown. */
type FindProgram = (name: string) => boolean;

/** Options of chpst after which a path or PATH may mean something else. */
const CHPST_MOVING = ["e", "/", "C", "env-file"];
const SEARCHES = ["command", "type", "which", "hash"];
const TESTS = ["[", "[[", "test"];
/** Commands that may change PATH, the current directory, or make a directory. */
const SOURCING = [".", "source", "eval"];
const MAKING = [...SOURCING, "cd", "install", "ln", "mkdir", "mount", "mv"];
/** Of these, a word may stand for another one. */
const EXPANDED = ["$", "`", "*", "?", "~"];

/** The program in `#!/usr/bin/env NAME`, if there is none. */
export function missingForEnv(script: string, finds: FindProgram): Guess | undefined {
  if (!script.startsWith("#!")) return undefined;
  const [line = ""] = script.slice(2).split("\n", 1);
  const [env = "", ...words] = line.split(" ").filter((word) => word !== "");
  if (baseName(env) !== "env") return undefined;
  const name = programOf(words[0] === "-S" ? ["env", ...words.slice(1)] : ["env", ...words])?.[0];
  return name === undefined || finds(name) ? undefined : { line: 1, text: missing(name) };
}

/** A program that `exec` names, if there are none of those that the script executes. */
export function missingProgram(
  commands: readonly ShellCommand[],
  finds: FindProgram,
): Guess | undefined {
  if (commands.some(looksForPrograms)) return undefined;
  const knowsPath = !commands.some(mayChangePath);
  let first: Guess | undefined;
  for (const command of commands) {
    const words = plainWords(command);
    if (!executes(words)) continue;
    const name = programOf(words.slice(1))?.[0];
    const isKnown = name !== undefined && (name.startsWith("/") || knowsPath);
    if (!isKnown || finds(name)) return undefined;
    first ??= { line: command.line, text: missing(name) };
  }
  return first;
}

/** A directory that svlogd is to write to. */
export interface LogDirectoryGuess extends Guess {
  /** As the script names it. */
  readonly directory: string;
  /** The user that svlogd runs as, `USER` or `USER:GROUP`, if the script sets one. */
  readonly user: string | undefined;
}

/** svlogd ends if it has no directory, and makes none. */
export function missingLogDirectory(
  commands: readonly ShellCommand[],
  isThere: (directory: string) => boolean,
): LogDirectoryGuess | undefined {
  const logger = loggerIn(commands);
  const [directory] = logger?.directories ?? [];
  if (logger === undefined || directory === undefined) return undefined;
  if (logger.directories.some(isThere)) return undefined;
  const text = `there is no directory ${directory}, and svlogd makes none`;
  return { line: logger.line, text, directory, user: logger.user };
}

/** svlogd ends as well if its user may not write to its directory. */
export function refusedLogDirectory(
  commands: readonly ShellCommand[],
  mayWrite: (user: string, directory: string) => boolean,
): LogDirectoryGuess | undefined {
  const { line = 0, user, directories = [] } = loggerIn(commands) ?? {};
  const [directory] = directories;
  if (user === undefined || directory === undefined) return undefined;
  if (directories.some((each) => mayWrite(user, each))) return undefined;
  return { line, text: `user ${user} may not write to ${directory}`, directory, user };
}

/** Those that svlogd is to write to, as the script names them, as far as they are known. */
export function logDirectories(commands: readonly ShellCommand[]): readonly string[] {
  return loggerIn(commands)?.directories ?? [];
}

interface LoggerCommand {
  readonly line: number;
  readonly directories: readonly string[];
  readonly user: string | undefined;
}

/** The svlogd that the script executes, if nothing before it may make or change directories. */
function loggerIn(commands: readonly ShellCommand[]): LoggerCommand | undefined {
  if (commands.some((command) => MAKING.includes(plainWords(command)[0] ?? ""))) return undefined;
  for (const command of commands) {
    const words = plainWords(command);
    const logger = executes(words) ? programOf(words.slice(1)) : undefined;
    if (logger === undefined || baseName(logger[0] ?? "") !== "svlogd") continue;
    const directories = directoriesIn(logger) ?? [];
    if (directories.some(isExpanded)) return undefined;
    const users = accountsIn(words).filter((user) => !isExpanded(user));
    return { line: command.line, directories, user: users.at(-1) };
  }
  return undefined;
}

function missing(name: string): string {
  return name.startsWith("/") ? `there is no program ${name}` : `there is no ${name} in PATH`;
}

/** The program and its arguments, without those before it that only prepare its process. */
function programOf(words: readonly string[]): readonly string[] | undefined {
  const [first] = words;
  if (first === undefined || first.startsWith("-") || isExpanded(first)) return undefined;
  const name = baseName(first);
  if (name === "chpst") {
    const { ok, options, ...line } = chpstLine(words.slice(1));
    if (!ok || options.some((option) => CHPST_MOVING.includes(option.name))) return undefined;
    return programOf("operands" in line ? line.operands : []);
  }
  if (SETUIDGID.includes(name)) return programOf(words.slice(2));
  if (name === "env") {
    const rest = words.slice(1);
    const at = rest.findIndex((word) => !word.includes("="));
    const setsPath = rest.slice(0, at).some((word) => word.startsWith("PATH="));
    return at < 0 || setsPath ? undefined : programOf(rest.slice(at));
  }
  return first.startsWith("/") || !first.includes("/") ? words : undefined;
}

function looksForPrograms(command: ShellCommand): boolean {
  const [first = "", ...others] = plainWords(command);
  return SEARCHES.includes(first) || (TESTS.includes(first) && others.includes("-x"));
}

function mayChangePath(command: ShellCommand): boolean {
  if (command.words.some((word) => word.startsWith("PATH="))) return true;
  return SOURCING.includes(plainWords(command)[0] ?? "");
}

function isExpanded(word: string): boolean {
  return EXPANDED.some((character) => word.includes(character));
}
