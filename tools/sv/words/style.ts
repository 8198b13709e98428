/**
 * Colour for a terminal.
 *
 * Pure: text in, text out. Source: ECMA-48, SGR; no-color.org for NO_COLOR.
 */

export const COLOR_WHEN = ["always", "never", "auto"] as const;
export type ColorWhen = (typeof COLOR_WHEN)[number];

/** What a text means, from which its colour follows. */
export type Tone = "good" | "bad" | "warning" | "change" | "faint" | "strong";

const CODES: Readonly<Record<Tone, string>> = {
  good: "32", // green
  bad: "1;31", // bold red
  warning: "33", // yellow
  change: "36", // cyan
  faint: "2",
  strong: "1",
};

/** Returns text in the colour of its tone. */
export type Paint = (text: string, tone: Tone | undefined) => string;

export const plain: Paint = (text) => text;

export const coloured: Paint = (text, tone) =>
  tone === undefined || text === "" ? text : `\x1b[${CODES[tone]}m${text}\x1b[0m`;

interface ColorFacts {
  readonly isTerminal: boolean;
  /** The values of the environment variables of these names. */
  readonly noColor: string | undefined;
  readonly term: string | undefined;
}

/** Whether to colour the output. An option outweighs NO_COLOR. */
export function isColoured(
  when: ColorWhen,
  { isTerminal, noColor = "", term }: ColorFacts,
): boolean {
  if (when !== "auto") return when === "always";
  return isTerminal && noColor === "" && term !== "dumb";
}
