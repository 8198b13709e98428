/**
 * A command of a unit.
 *
 * Pure. The rules are those of "Command lines" in systemd.service(5).
 */
import { quoted } from "../sh.ts";
import { ValueError } from "../supervisord/values.ts";
import { splitWords } from "./words.ts";

export interface UnitCommand {
  /** A command that has variables is one of sh. */
  readonly words: readonly string[];
  /** `-`: its failure counts for nothing. */
  readonly ignoresFailure: boolean;
  /** `+`, `!` or `!!`: the user, or more, does not apply. */
  readonly isPrivileged: boolean;
  /** `@`: the name that it is called by. */
  readonly calledName: string | undefined;
}

const PREFIX = /^[-@:+!|]*/;
const BRACED = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const WHOLE = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * The commands of a value, which has several if `;` is a word of it.
 *
 * @param expand for the specifiers
 * @throws {ValueError} there is none, or it cannot be split
 */
export function commandsOf(text: string, expand: (text: string) => string): readonly UnitCommand[] {
  const [prefix = ""] = PREFIX.exec(text) ?? [];
  const commands: string[][] = [[]];
  for (const word of splitWords(text.slice(prefix.length))) {
    // An escaped semicolon is written `\;`, which keeps its backslash so far.
    if (word === ";") commands.push([]);
    else commands.at(-1)?.push(word === "\\;" ? ";" : word);
  }
  return commands.map((all, index) => {
    const [own, ...words] = [...all];
    if (own === undefined) throw new ValueError("there is no command");
    const [more = ""] = index === 0 ? [prefix] : (PREFIX.exec(own) ?? []);
    const program = index === 0 ? own : own.slice(more.length);
    const isNamed = more.includes("@");
    const args = (isNamed ? words.slice(1) : words).map(expand);
    return {
      words: withVariables(expand(program), args, more.includes(":")),
      ignoresFailure: more.includes("-"),
      isPrivileged: /[+!]/.test(more),
      calledName: isNamed ? words[0] : undefined,
    };
  });
}

/** systemd replaces variables by itself; here a shell does so, and replaces nothing else. */
function withVariables(
  program: string,
  args: readonly string[],
  isLiteral: boolean,
): readonly string[] {
  if (isLiteral) return [program, ...args];
  const isVariable = (word: string) => WHOLE.test(word) || /\$\{[A-Za-z_]\w*\}/.test(word);
  if (!args.some(isVariable)) {
    return [program, ...args.map((word) => word.replaceAll("$$", "$"))];
  }
  const words = args.map((word) => (WHOLE.test(word) ? word : shellWord(word)));
  return ["/bin/sh", "-c", ["set -f; exec", quoted(program), ...words].join(" ")];
}

function shellWord(word: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const found of word.matchAll(BRACED)) {
    if (found.index > at) parts.push(quoted(word.slice(at, found.index)));
    parts.push(found[1] === undefined ? "'$'" : `"\${${found[1]}-}"`);
    at = found.index + found[0].length;
  }
  if (at < word.length || parts.length === 0) parts.push(quoted(word.slice(at)));
  return parts.join("");
}
