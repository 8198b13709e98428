/** The words of the `npm run` scripts: `--help` prints a page, and a wrong word is an error. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { BuildError } from "./run.ts";

type OptionTable = NonNullable<ParseArgsConfig["options"]>;

interface Accepted<Options extends OptionTable> {
  /** The page; its first line begins with `usage: npm run NAME`. */
  readonly usage: string;
  readonly options: Options;
  readonly takesOperands: boolean;
}

/**
 * Parses the words of a script that has options. Prints the page and exits 0 if one of them is
 * `--help`.
 *
 * @throws {BuildError} a word that the script does not know; the message ends with the page
 */
export function commandLine<Options extends OptionTable>(
  { usage, options, takesOperands }: Accepted<Options>,
  words: readonly string[] = process.argv.slice(2),
) {
  if (words.includes("--help")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: takesOperands });
  } catch (error) {
    const [text = ""] = (error as Error).message.split(". ");
    const problem = text.charAt(0).toLowerCase() + text.slice(1);
    const [, name] = /npm (?:run )?([\w:-]+)/.exec(usage) ?? [];
    throw new BuildError(`${name}: ${problem}\n${usage.trimEnd()}`);
  }
}

/** Like {@link commandLine}, for a script that takes no words. */
export function noWords(usage: string, words?: readonly string[]): void {
  commandLine({ usage, options: {}, takesOperands: false }, words);
}
