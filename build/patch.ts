/** Applies a unified diff: each hunk at the one place that has exactly its lines, or not at all. */

/** A hunk that does not fit, by the line of the patch that it begins on. */
export class PatchError extends Error {}

/** The new text of each file that a patch names, without the `b/` of its name. */
type Patched = ReadonlyMap<string, string>;

/**
 * @param read the text of a file of that name
 * @throws {PatchError} if a hunk fits nowhere, or in more than one place; then no file is returned
 */
export function applyPatch(patch: string, read: (name: string) => string): Patched {
  const files = new Map<string, string>();
  const lines = patch.split("\n");
  let name = "";
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("+++ b/")) name = line.slice("+++ b/".length);
    if (!line.startsWith("@@")) continue;
    const end = lines.findIndex((each, index) => index > at && !/^[ +-](?!-- a\/)/.test(each));
    const hunk = lines.slice(at + 1, end < 0 ? lines.length : end);
    const text = `\n${files.get(name) ?? read(name)}`; // each line is after a newline
    const [before, after] = [side(hunk, "-"), side(hunk, "+")];
    const place = text.indexOf(before);
    if (place < 0 || text.indexOf(before, place + 1) >= 0) {
      const where = place < 0 ? "nowhere" : "in more than one place";
      throw new PatchError(`the hunk on line ${at + 1} fits ${where} in ${name}`);
    }
    files.set(name, (text.slice(0, place) + after + text.slice(place + before.length)).slice(1));
  }
  return files;
}

/** The lines of a hunk before (`-`) or after (`+`) the change. */
function side(hunk: readonly string[], sign: "-" | "+"): string {
  const kept = hunk.filter((line) => line[0] === " " || line[0] === sign);
  return `\n${kept.map((line) => line.slice(1)).join("\n")}\n`;
}
