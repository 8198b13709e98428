/**
 * What neither compiler nor linter checks: comments are at most 100 columns wide, every export has
 * a user, the product has no regular expressions, two files of it never declare a type of the same
 * name, the files and names that comments mention exist, and comments, messages and pages use no
 * word that docs/glossary.md rules out. `npm run lint` prints each fault as `PATH:LINE: FAULT`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inRoot, ROOT } from "./paths.ts";
import { script } from "./run.ts";
import { unusedExports } from "./tidy/exports.ts";
import { programs, type Sources } from "./tidy/lines.ts";
import { missingMentions } from "./tidy/mentions.ts";
import { regularExpressions } from "./tidy/regular-expressions.ts";
import { repeatedTypeNames } from "./tidy/type-names.ts";
import { ruledOutWords } from "./tidy/words.ts";

const MAX_COLUMNS = 100;

/** All faults in these files, a line each. */
export function faultsIn(sources: Sources): string[] {
  return [
    ...wideComments(sources),
    ...unusedExports(sources),
    ...regularExpressions(sources),
    ...repeatedTypeNames(sources),
    ...missingMentions(sources),
    ...ruledOutWords(sources),
  ];
}

/** Of comments alone: the formatters break code where they can. */
function wideComments(sources: Sources): string[] {
  return [...programs(sources)].flatMap(([name, lines]) =>
    lines
      .filter(({ comment, code }) => comment !== "" && [...code, ...comment].length > MAX_COLUMNS)
      .map(({ number }) => `${name}:${number}: the comment is wider than ${MAX_COLUMNS} columns`),
  );
}

/** All programs and pages that git knows, and the rules of the linter. */
function readSources(): Sources {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT });
  const names = listed.toString().split("\n");
  const sources = new Map<string, string>();
  for (const name of names.filter((each) => /\.(tsx?|rs|c|h|md|grit|[1-8])$/.test(each))) {
    try {
      sources.set(name, readFileSync(inRoot(name), "utf8"));
    } catch {
      // Removed, but still in the index of git.
    }
  }
  return sources;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(async () => {
    const faults = faultsIn(readSources());
    for (const fault of faults) console.error(fault);
    return faults.length === 0;
  });
}
