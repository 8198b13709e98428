/**
 * Keeps the three worlds apart. Types do most of it: each world's tsconfig lacks the others' types.
 * This script does the rest for the pure one: it collects the files with "Pure:" in their opening
 * comment, checks that they import only each other and use neither clock nor random numbers, which
 * types cannot forbid, and writes the tsconfig with exactly these files.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { posix as path } from "node:path";
import { pathToFileURL } from "node:url";
import { filesUnder } from "./files.ts";
import { inRoot } from "./paths.ts";
import { BuildError, script } from "./run.ts";

/** The folders to search for pure files; the marker has no effect in Node's files. */
const FOLDERS = ["base", "protocol", "supervisor", "tools", "bench"];

/** The tsconfig of the pure world, written anew each time. */
export const PURE_CONFIG = "dist/tsconfig.pure.json";

/** Checks the pure files and writes {@link PURE_CONFIG}. */
export async function separateWorlds(): Promise<void> {
  const names = (await filesUnder(FOLDERS)).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const sources = new Map<string, string>();
  for (const name of names) sources.set(name, await readFile(inRoot(name), "utf8"));
  const faults = faultsIn(sources);
  if (faults.length > 0) throw new BuildError(faults.join("\n"));
  await mkdir(inRoot("dist"), { recursive: true });
  const files = [...sources].filter(([, source]) => isPure(source)).map(([name]) => `../${name}`);
  const config = { extends: "../tsconfig.pure.json", files };
  await writeFile(inRoot(PURE_CONFIG), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** The faults of the pure files among these, a line each; by path from the root. */
export function faultsIn(sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [name, source] of sources) {
    if (!isPure(source)) continue;
    for (const specifier of importsOf(source)) {
      const target = path.join(path.dirname(name), specifier);
      const imported = specifier.startsWith(".") ? sources.get(target) : undefined;
      if (imported !== undefined && isPure(imported)) continue;
      const what = specifier.startsWith(".") ? target : specifier;
      faults.push(
        `${name}: is marked "Pure:" but imports ${what}, which is not: hand in what it needs as a ` +
          `value, or mark ${what} as pure if it is`,
      );
    }
    for (const [word, instead] of FORBIDDEN) {
      if (!codeOf(source).includes(word)) continue;
      faults.push(`${name}: is marked "Pure:" but uses ${word}: ${instead}`);
    }
  }
  return faults;
}

const FORBIDDEN = [
  ["Date.", "let the time come in with the event"],
  ["new Date", "let the time come in with the event"],
  ["Math.random", "let chance come in as a value"],
] as const;

/** Whether a file is marked as pure. */
export function isPure(source: string): boolean {
  return source.startsWith("/**") && source.slice(0, source.indexOf("*/")).includes("Pure:");
}

function importsOf(source: string): string[] {
  const statement =
    /^(?:import\s*|(?:import|export)\s[^"'=;()]*\sfrom\s+)["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  return [...codeOf(source).matchAll(statement)].map(([, named, loaded]) => named ?? loaded ?? "");
}

/** The source without its comments. */
function codeOf(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(async () => {
    await separateWorlds();
    return true;
  });
}
