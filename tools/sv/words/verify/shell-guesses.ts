/**
 * What a ./run that is a shell script seems to do wrong: it does not `exec`, or its daemon goes to
 * the background. These are guesses: a script with a variable in the line in question passes.
 *
 * Pure: commands in, findings out.
 * Source: the manual pages of the daemons in the table.
 */
import type { ShellCommand } from "./shell-commands.ts";

export interface Guess {
  readonly line: number;
  readonly text: string;
}

const NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_";
/** Words after which a command follows. */
const BEFORE_COMMANDS = ["if", "then", "elif", "else", "do", "while", "until", "!", "{", "("];
/** Words that end a compound command: the last command is somewhere within it. */
const COMPOUND_ENDS = ["fi", "done", "esac", "}", ")"];
/** Commands that a ./run may end with, and that no process stays in. */
const NO_DAEMONS = [
  ...[".", ":", "[", "cd", "echo", "eval", "exit", "export", "false", "kill", "printf", "read"],
  ...["return", "set", "source", "sv", "test", "trap", "true", "ulimit", "umask", "unset", "wait"],
];

/** Options by which any daemon goes to the background, and those that take them back. */
const DETACHING = ["--daemon", "--daemonize", "--daemonise", "--background", "--fork", "--detach"];
const STAYING = ["--no-detach", "--nodetach", "--nodaemon", "--no-daemon", "--foreground", "no"];

/**
 * Daemons that go to the background unless an option keeps them: the letters of that option, or the
 * words, of which the first is shown.
 */
const DAEMONS: Readonly<Record<string, { letters?: string; words?: readonly string[] }>> = {
  acpid: { letters: "fd", words: ["-f", "--foreground"] },
  apache2: { letters: "X", words: ["-DFOREGROUND", "-DNO_DETACH", "FOREGROUND", "NO_DETACH"] },
  atd: { letters: "fd", words: ["-f"] },
  cron: { letters: "f", words: ["-f"] },
  crond: { letters: "nf", words: ["-n"] },
  cupsd: { letters: "fF", words: ["-f"] },
  chronyd: { letters: "dnQ", words: ["-n"] },
  dhclient: { letters: "d", words: ["-d"] },
  dnsmasq: { letters: "kd", words: ["--keep-in-foreground", "--no-daemon", "-k"] },
  dovecot: { letters: "F", words: ["-F"] },
  httpd: { letters: "Xf", words: ["-DFOREGROUND", "FOREGROUND"] },
  inetd: { letters: "idf", words: ["-i"] },
  lighttpd: { letters: "D", words: ["-D"] },
  named: { letters: "fg", words: ["-f"] },
  nginx: { words: ["daemon off", "daemon off;"] },
  nmbd: { letters: "FDi", words: ["-F", "--foreground"] },
  ntpd: { letters: "ndN", words: ["-n"] },
  proftpd: { letters: "n", words: ["-n", "--nodaemon"] },
  rsyslogd: { letters: "n", words: ["-n"] },
  smartd: { letters: "dn", words: ["-n", "--no-fork", "--debug"] },
  smbd: { letters: "Fi", words: ["-F", "--foreground"] },
  sshd: { letters: "DdiTt", words: ["-D"] },
  syslogd: { letters: "nF", words: ["-n"] },
};

/** No `exec` at the end: the shell stays between runsv and the daemon. */
export function missingExec(commands: readonly ShellCommand[]): Guess | undefined {
  if (commands.some((command) => executes(plainWords(command)))) return undefined;
  const last = commands.at(-1);
  if (last === undefined || last.end === "&") return undefined;
  const [program, ...others] = plainWords(last);
  const isOther = program === undefined || NO_DAEMONS.includes(program);
  if (isOther || COMPOUND_ENDS.includes(program) || others.some(isShellWord)) return undefined;
  const text = `does not exec ${program}: the shell stays, and gets the signals in its place`;
  return { line: last.line, text };
}

/** The last command is put into the background, and nobody waits for it. */
export function backgroundCommand(commands: readonly ShellCommand[]): Guess | undefined {
  const last = commands.at(-1);
  if (last?.end !== "&") return undefined;
  const [program = ""] = plainWords(last);
  return { line: last.line, text: `puts ${program} into the background and exits` };
}

/** A daemon that leaves ./run for the background. */
export function forkingDaemon(commands: readonly ShellCommand[]): Guess | undefined {
  for (const [index, command] of commands.entries()) {
    const words = plainWords(command);
    if (!executes(words) && index !== commands.length - 1) continue;
    const text = detaches(words.map(withoutTrailingSemicolon));
    if (text !== undefined) return { line: command.line, text };
  }
  return undefined;
}

function detaches(words: readonly string[]): string | undefined {
  const option = words.find((word) => DETACHING.includes(word));
  if (option !== undefined && !words.some((word) => STAYING.includes(word))) {
    return `${option} puts the daemon into the background, where runsv cannot supervise it`;
  }
  // An option may be in a variable.
  if (words.some((word) => word.includes("$") || word.includes("`"))) return undefined;
  const at = words.findIndex((word) => DAEMONS[baseName(word)] !== undefined);
  const program = baseName(words[at] ?? "");
  const daemon = at < 0 ? undefined : DAEMONS[program];
  if (daemon === undefined) return undefined;
  const { letters = "", words: known = [] } = daemon;
  const stays = words.slice(at + 1).some((word) => {
    if (known.includes(word)) return true;
    const isCluster = word.startsWith("-") && !word.startsWith("--");
    return isCluster && [...word.slice(1)].some((letter) => letters.includes(letter));
  });
  return stays ? undefined : `${program} goes to the background without ${known[0]}`;
}

function withoutTrailingSemicolon(word: string): string {
  return word.endsWith(";") ? word.slice(0, -1) : word;
}

/** The words without redirections, assignments before the command, and words of the shell. */
export function plainWords({ words }: ShellCommand): string[] {
  const plain: string[] = [];
  let isTarget = false;
  for (const word of words) {
    if (isTarget) {
      isTarget = false;
      continue;
    }
    const redirection = redirectionIn(word);
    if (redirection !== undefined) {
      isTarget = redirection === "operator";
      continue;
    }
    const isBefore = BEFORE_COMMANDS.includes(word) || isAssignment(word);
    if (plain.length === 0 && isBefore) continue;
    plain.push(word);
  }
  return plain;
}

/** `operator`: the next word is the file. */
function redirectionIn(word: string): "whole" | "operator" | undefined {
  let at = 0;
  while ("0123456789&".includes(word.charAt(at)) && at < word.length) at += 1;
  if (!"<>".includes(word.charAt(at)) || at === word.length) return undefined;
  const isOperator = [...word.slice(at)].every((character) => "<>&|".includes(character));
  return isOperator ? "operator" : "whole";
}

function isAssignment(word: string): boolean {
  const name = word.slice(0, Math.max(0, word.indexOf("=")));
  const isName = [...name].every((character) => NAME_CHARACTERS.includes(character.toLowerCase()));
  return name !== "" && isName && !"0123456789".includes(name.charAt(0));
}

function isShellWord(word: string): boolean {
  return COMPOUND_ENDS.includes(word) || word === ";;";
}

export function executes([first, second]: readonly string[]): boolean {
  return first === "exec" && second !== undefined;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
