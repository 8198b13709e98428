/** Files that match a pattern, as Python's `glob` finds them. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { isPattern, matches } from "../../../../tools/sv/words/glob.ts";

/** The paths, sorted. @param here where a relative pattern begins */
export function filesMatching(pattern: string, here: string): readonly string[] {
  let found = [pattern.startsWith("/") ? "/" : here];
  for (const part of pattern.split("/").filter((name) => name !== "")) {
    found = found.flatMap((dir) => {
      if (!isPattern(part)) return [resolve(dir, part)];
      return namesIn(dir)
        .filter((name) => matches(part, name))
        .map((name) => join(dir, name));
    });
  }
  return found.filter((path) => existsSync(path)).sort();
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
