/**
 * The commands in a shell script, for rules that guess what a ./run does. It knows quotes,
 * comments, here-documents and `$(...)`, and no grammar: `if`, `do` and `}` are words like others.
 *
 * Pure: text in, values out.
 * Source: POSIX.1, Shell Command Language, 2.2 to 2.4 and 2.7.
 */

/** One simple command, or a word of the shell such as `fi`. */
export interface ShellCommand {
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** Its words, with the quotes removed, and redirections as words of their own. */
  readonly words: readonly string[];
  /** What follows it: `\n`, `;`, `&`, `|`, `&&`, `||`; `""` at the end of the file. */
  readonly end: string;
}

const SHELLS = ["sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"];

/** Whether the `#!` line names a shell, directly or through env(1) or busybox(1). */
export function isShellScript(text: string): boolean {
  if (!text.startsWith("#!")) return false;
  const [line = ""] = text.slice(2).split("\n", 1);
  const words = line.split(" ").filter((word) => word !== "");
  const names = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  const first = names[0] === "env" || names[0] === "busybox" ? names[1] : names[0];
  return SHELLS.includes(first ?? "");
}

export function shellCommands(text: string): ShellCommand[] {
  return new ScriptReader(text).commands();
}

class ScriptReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  readonly #commands: ShellCommand[] = [];
  #words: string[] = [];
  #commandLine = 1;
  #word: string | undefined;
  /** The delimiters of here-documents that begin after this line. */
  #documents: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  commands(): ShellCommand[] {
    while (this.#at < this.#text.length) this.#step(this.#text.charAt(this.#at));
    this.#endCommand("");
    return this.#commands;
  }

  #step(character: string): void {
    const next = this.#text.charAt(this.#at + 1);
    if (character === "\\") {
      if (next === "\n") this.#line += 1;
      else this.#add(next);
      this.#at += 2;
    } else if (character === "'" || character === '"') {
      this.#quoted(character);
    } else if (character === "$" && next === "(") {
      this.#substituted();
    } else if (character === "#" && this.#word === undefined) {
      this.#at = this.#lineEnd();
    } else if (character === "\n") {
      this.#endCommand("\n");
      this.#at += 1;
      this.#line += 1;
      this.#skipDocuments();
    } else if (" \t".includes(character)) {
      this.#endWord();
      this.#at += 1;
    } else if ("<>".includes(character)) {
      this.#redirection(character, next);
    } else if (";&|".includes(character)) {
      this.#separator(character, next);
    } else {
      this.#add(character);
      this.#at += 1;
    }
  }

  #add(text: string): void {
    if (this.#words.length === 0 && this.#word === undefined) this.#commandLine = this.#line;
    this.#word = (this.#word ?? "") + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(end: string): void {
    this.#endWord();
    const words = this.#words;
    this.#words = [];
    if (words.length > 0) this.#commands.push({ line: this.#commandLine, words, end });
  }

  #quoted(quote: string): void {
    this.#add("");
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text.charAt(this.#at);
      if (character === quote) break;
      if (character === "\n") this.#line += 1;
      if (character === "\\" && quote === '"') this.#at += 1;
      this.#add(this.#text.charAt(this.#at));
    }
    this.#at += 1;
  }

  /** Keeps `$(...)` as a part of its word. */
  #substituted(): void {
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text.charAt(this.#at);
      if (character === "\n") this.#line += 1;
      if (character === "(") depth += 1;
      if (character === ")") depth -= 1;
      this.#add(character);
      if (character === ")" && depth === 0) break;
    }
    this.#at += 1;
  }

  /** A redirection, with the number before it and what follows to the next blank. */
  #redirection(character: string, next: string): void {
    const isNumber =
      this.#word !== undefined && [...this.#word].every((one) => "0" <= one && one <= "9");
    if (!isNumber) this.#endWord();
    const isDocument = character === "<" && next === "<" && this.#text.charAt(this.#at + 2) !== "<";
    this.#add(character);
    this.#at += 1;
    while ("<>&|-".includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) {
      this.#add(this.#text.charAt(this.#at));
      this.#at += 1;
    }
    if (isDocument) this.#documents.push(this.#delimiter());
  }

  #delimiter(): string {
    const rest = this.#text.slice(this.#at, this.#lineEnd()).trimStart();
    const [word = ""] = rest.split(" ", 1);
    return word.replaceAll("'", "").replaceAll('"', "").replaceAll("\\", "");
  }

  #skipDocuments(): void {
    for (const delimiter of this.#documents.splice(0)) {
      while (this.#at < this.#text.length) {
        const end = this.#lineEnd();
        const line = this.#text.slice(this.#at, end);
        this.#at = end + 1;
        this.#line += 1;
        if (line.trim() === delimiter) break;
      }
    }
  }

  #separator(character: string, next: string): void {
    // `&>file` is a redirection of bash.
    if (character === "&" && next === ">") {
      this.#add(character);
      this.#at += 1;
      return;
    }
    const end = character === next && character !== ";" ? character + next : character;
    this.#endCommand(end);
    this.#at += end.length;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? this.#text.length : end;
  }
}
