/** Notices of copyright in C sources. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const COMMENT = /\/\*[\s\S]*?\*\//g;
const HOLDER = /copyright\s+(?:\(c\)|©)\s*[\d, -]*(.*)/gi;

/**
 * The comments of the C sources in a folder that name a holder of copyright whom `licence` does not
 * name: parts that came from elsewhere, with their own licence.
 */
export async function noticesOf(folder: string, licence: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  const notices = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(join(folder, name), "utf8");
      return (source.match(COMMENT) ?? [])
        .map(textIn)
        .filter((comment) => holdersIn(comment).some((holder) => !licence.includes(holder)))
        .map((comment) => `${name}:\n\n${comment}\n`);
    }),
  );
  return notices.flat();
}

function holdersIn(comment: string): string[] {
  return [...comment.matchAll(HOLDER)].map(([, holder = ""]) => holder.trim()).filter(Boolean);
}

/** Without the stars at the left. */
function textIn(comment: string): string {
  const lines = comment.slice(2, -2).split("\n");
  return lines
    .map((line) => line.replace(/^ \* ?/, "").trimEnd())
    .join("\n")
    .trim();
}
