/** Colours, which only repeat what words say; there are none if NO_COLOR is set. */
import type { Tone } from "../shared/text.ts";

export const TONE_COLOURS: Readonly<Record<Tone, string | undefined>> = {
  good: "green",
  change: "cyan",
  warning: "yellow",
  bad: "red",
  faint: "gray",
};

const isPlain = (process.env.NO_COLOR ?? "") !== "";

/** The property of a text. */
export function colour(name: string | undefined): { readonly color?: string } {
  return isPlain || name === undefined ? {} : { color: name };
}
