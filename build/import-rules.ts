/**
 * The rules of who may import whom, beyond those that types enforce: each of the tsconfigs lacks
 * the types of the others. A pure file, one with "Pure:" in its opening comment, imports only such
 * files, and uses neither clock nor random numbers. A directory imports only those below it, and
 * a package of node/ others only by their names. No file imports itself by way of others.
 *
 * This script also writes the tsconfig that has exactly the pure files.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { posix as path } from "node:path";
import { pathToFileURL } from "node:url";
import { filesUnder } from "./files.ts";
import { inRoot } from "./paths.ts";
import { BuildError, script } from "./run.ts";

/** The folders with rules; the mark of a pure file has no effect in those of Node. */
const FOLDERS = ["base", "protocol", "supervisor", "tools", "bench", "node"];

/**
 * What the files of a folder may import, beside each other. A tool that is not here is as `tools`.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  base: ["protocol"],
  supervisor: ["protocol", "base"],
  tools: ["protocol", "base", "supervisor"],
  // Its children become runsv without an exec.
  "tools/runsvdir": ["protocol", "base", "supervisor", "tools/runsv"],
  // Each package. node/client/src/posix.ts is the host's contract for Node.
  node: ["protocol", "base", "supervisor", "tools/sv", "node/node-version.ts"],
};

/** The tsconfig of the pure files, written anew each time. */
export const PURE_CONFIG = "dist/tsconfig.pure.json";

/** Sources, by their paths from the root. */
type Sources = ReadonlyMap<string, string>;

/** Checks the rules and writes {@link PURE_CONFIG}. */
export async function checkImports(): Promise<void> {
  const names = (await filesUnder(FOLDERS)).filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name),
  );
  const sources = new Map<string, string>();
  for (const name of names) sources.set(name, await readFile(inRoot(name), "utf8"));
  const faults = [...impureFiles(sources), ...importsUpward(sources), ...circles(sources)];
  if (faults.length > 0) throw new BuildError(faults.join("\n"));
  await mkdir(inRoot("dist"), { recursive: true });
  const files = [...sources].filter(([, source]) => isPure(source)).map(([name]) => `../${name}`);
  const config = { extends: "../tsconfig.pure.json", files };
  await writeFile(inRoot(PURE_CONFIG), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** The faults of the pure files, a line each. */
export function impureFiles(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [name, source] of sources) {
    if (!isPure(source)) continue;
    for (const target of importsOf(name, source)) {
      const imported = sources.get(target);
      if (imported !== undefined && isPure(imported)) continue;
      faults.push(
        `${name}: is marked "Pure:" but imports ${target}, which is not: hand in what it needs as ` +
          `a value, or mark ${target} as pure if it is`,
      );
    }
    for (const [word, instead] of FORBIDDEN) {
      if (!codeOf(source).includes(word)) continue;
      faults.push(`${name}: is marked "Pure:" but uses ${word}: ${instead}`);
    }
  }
  return faults;
}

/** The imports that {@link MAY_IMPORT} does not allow, a line each. */
export function importsUpward(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [name, source] of sources) {
    const folder = folderOf(name);
    const allowed = MAY_IMPORT[folder] ?? MAY_IMPORT[folder.split("/", 1)[0] ?? ""];
    if (allowed === undefined) continue;
    for (const target of importsOf(name, source)) {
      const from = folderOf(target);
      if (!sources.has(target) || from === folder || allowed.includes(from)) continue;
      faults.push(`${name}: imports ${target}, but ${folder}/ may not import ${from}/`);
    }
  }
  return faults;
}

/** The circles of imports, a line each: `a.ts imports b.ts imports a.ts`. */
export function circles(sources: Sources): string[] {
  const faults: string[] = [];
  const isDone = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name);
    if (at >= 0) faults.push([...way.slice(at), name].join(" imports "));
    const source = sources.get(name);
    if (at >= 0 || source === undefined || isDone.has(name)) return;
    for (const target of importsOf(name, source)) visit(target, [...way, name]);
    isDone.add(name);
  };
  for (const name of sources.keys()) visit(name, []);
  return faults;
}

/** `base`, `tools/sv` or `node/client`: each tool and each package is a folder of its own. */
function folderOf(name: string): string {
  const [top = "", second = ""] = name.split("/");
  return top === "tools" || top === "node" ? `${top}/${second}` : top;
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

/**
 * The files and modules that a file imports, files by their paths from the root; without the parts
 * that it loads on request, of which it names only the type.
 */
function importsOf(name: string, source: string): string[] {
  const statement =
    /^(?:import\s*|(?:import|export)\s[^"'=;()]*\sfrom\s+)["']([^"']+)["']|(?<!typeof )\bimport\(\s*["']([^"']+)["']/gm;
  return [...codeOf(source).matchAll(statement)].map(([, named, loaded]) => {
    const specifier = named ?? loaded ?? "";
    return specifier.startsWith(".") ? path.join(path.dirname(name), specifier) : specifier;
  });
}

/** The source without its comments. */
function codeOf(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(async () => {
    await checkImports();
    return true;
  });
}
