/**
 * Patterns of names, as in a shell: `*`, `?`, `[a-z]`, `[!a-z]`, and a backslash before a character
 * that means itself.
 *
 * Pure: byte strings in. Source: POSIX.1-2017, Shell Command Language 2.13.
 */

/** Whether a word is a pattern, and not a name alone. */
export function isPattern(word: string): boolean {
  return ["*", "?", "["].some((character) => word.includes(character));
}

/** Whether a name matches. A leading dot matches only a dot. */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  let [at, index] = [0, 0];
  /** The last `*`, and how far it matches; if what follows fails, it matches one more. */
  let star: { readonly at: number; readonly index: number } | undefined;
  while (index < name.length) {
    if (pattern[at] === "*") {
      star = { at, index };
      at += 1;
      continue;
    }
    const end = matchesOne(pattern, at, name.charAt(index));
    if (end !== undefined) {
      [at, index] = [end, index + 1];
    } else if (star !== undefined) {
      star = { at: star.at, index: star.index + 1 };
      [at, index] = [star.at + 1, star.index];
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

/** @returns where the pattern goes on if its element at `at` matches the character */
function matchesOne(pattern: string, at: number, character: string): number | undefined {
  const element = pattern[at];
  if (element === "?") return at + 1;
  if (element === "[") {
    const end = pattern.indexOf("]", pattern[at + 1] === "!" ? at + 3 : at + 2);
    if (end >= 0) return isInSet(pattern.slice(at + 1, end), character) ? end + 1 : undefined;
  }
  if (element === "\\" && at + 1 < pattern.length) {
    return pattern[at + 1] === character ? at + 2 : undefined;
  }
  return element === character ? at + 1 : undefined;
}

function isInSet(text: string, character: string): boolean {
  const isNegated = text.startsWith("!");
  const set = isNegated ? text.slice(1) : text;
  let isIn = false;
  for (let at = 0; at < set.length; at += 1) {
    const first = set.charAt(at);
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    const last = isRange ? set.charAt(at + 2) : first;
    if (first <= character && character <= last) isIn = true;
    if (isRange) at += 2;
  }
  return isIn !== isNegated;
}
