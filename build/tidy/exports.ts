/** Every export has a user in another file. */
import { posix as path } from "node:path";
import type { Sources } from "./lines.ts";

const IMPORT = /(?:import|export)\s+(?:type\s+)?([^"';]*?)\s+from\s+"(\.[^"]+)"/g;
const IMPORT_AT_RUN_TIME = /import\(\s*"(\.[^"]+)"/g;
const EXPORT = /^export (?:async )?(?:const|let|class|interface|type|function\*?) (\w+)/gm;
/**
 * Imported by the build alone: entries of tools, and replacements of files in a bundle; and by
 * the users of a package of node/.
 */
const ENTRY =
  /^(tools\/[^/]+\/main\.ts main|tests\/faults\/faulty\/.*|node\/\w+\/src\/index\.ts .*|node\/client\/src\/decompress\.ts .*)$/;

/** Exports that no other file imports by name, as a whole module, or when it runs. */
export function unusedExports(sources: Sources): string[] {
  const programs = [...sources].filter(([name]) => /\.tsx?$/.test(name));
  const used = new Set(programs.flatMap(([name, source]) => importsOf(name, source)));
  return programs.flatMap(([name, source]) => {
    if (/\.(d|test)\.tsx?$/.test(name) || used.has(name)) return [];
    return [...source.matchAll(EXPORT)].flatMap(({ 1: exported, index }) => {
      if (used.has(`${name} ${exported}`) || ENTRY.test(`${name} ${exported}`)) return [];
      const line = source.slice(0, index).split("\n").length;
      return `${name}:${line}: no other file imports ${exported}: do not export it`;
    });
  });
}

/** `FILE NAME` of each import by name, `FILE` of each import of a whole module. */
function importsOf(importer: string, source: string): string[] {
  const fileOf = (specifier: string) => path.join(path.dirname(importer), specifier);
  const named = [...source.matchAll(IMPORT)].flatMap(([, names = "", from = ""]) =>
    names.split(/[{},]/).map((one) => {
      const [imported = ""] = one
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      return imported.startsWith("*") ? fileOf(from) : `${fileOf(from)} ${imported}`;
    }),
  );
  const whole = [...source.matchAll(IMPORT_AT_RUN_TIME)].map(([, from = ""]) => fileOf(from));
  return [...named, ...whole];
}
