/**
 * Builds executables from TypeScript: bundles each program with esbuild, compiles the bundle to
 * bytecode with the engine that will run it, and seals the programs into copies of the host.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { build, type Plugin } from "esbuild";
import { COMPILER, inRoot, ROOT } from "./paths.ts";
import { plainMembers, plainMembersPlugin } from "./plain-members.ts";
import { BuildError, must } from "./run.ts";
import { link, type Program, seal } from "./seal.ts";
import { traceTableOf } from "./source-map.ts";

/** A program to build. */
export interface ProgramEntry {
  /** The name that it is run by. */
  readonly name: string;
  /** Other names that it is run by, with and without a link. */
  readonly aliases?: readonly string[];
  readonly unlinkedAliases?: readonly string[];
  /** TypeScript: the module whose evaluation is the program. Imports are relative to the root. */
  readonly source: string;
  /** Loaded by another program (posix.load), and not run by its name. */
  readonly isPart?: true;
}

/** An executable to build. */
export interface Executable {
  readonly path: string;
  /**
   * The entries that it holds, without parts. The first runs under any name that is not a
   * program's.
   */
  readonly programs: readonly string[];
  /** Whether the first starts from an image of the engine's memory. */
  readonly hasImage?: boolean;
}

/** The sizes of a program, in bytes. */
export interface BundleSizes {
  readonly name: string;
  readonly bundleBytes: number;
  readonly bytecodeBytes: number;
}

/** Files that replace modules; each may import the module that it replaces. */
interface Replacements {
  /** Exports a `posix` in place of the host's. */
  readonly posix: string;
  /** Replaces the module with the same file name. */
  readonly module: string;
}

/**
 * Builds the executables from these entries, and links every other name of their programs to them.
 * A part, which is named after its program, is in the same executable.
 *
 * @param replacements files that replace modules of the programs
 */
export async function buildPrograms(
  entries: readonly ProgramEntry[],
  executables: readonly Executable[],
  replacements?: Replacements,
): Promise<readonly BundleSizes[]> {
  const [folder = ""] = executables.map(({ path }) => basename(dirname(path)));
  const scratch = inRoot("dist/programs", folder);
  await mkdir(scratch, { recursive: true });
  const made = await Promise.all(entries.map((entry) => makeProgram(entry, scratch, replacements)));
  for (const { path, programs, hasImage } of executables) {
    const within = programs.flatMap((name) =>
      made.filter(({ entry }) => entry.name === name || entry.name.startsWith(`${name}/`)),
    );
    await seal(
      within.map(({ program }) => program),
      path,
      hasImage,
    );
    await link(
      path,
      within.flatMap(({ entry }) => (entry.isPart ? [] : [entry.name, ...(entry.aliases ?? [])])),
    );
  }
  return made.map(({ sizes }) => sizes);
}

async function makeProgram(
  entry: ProgramEntry,
  scratch: string,
  replacements: Replacements | undefined,
): Promise<{ entry: ProgramEntry; program: Program; sizes: BundleSizes }> {
  const { name, aliases = [], unlinkedAliases = [], source } = entry;
  const file = name.replaceAll("/", "-");
  const bundled = await build({
    stdin: { contents: source, resolveDir: ROOT, sourcefile: `${file}.entry.ts`, loader: "ts" },
    bundle: true,
    format: "esm",
    // QuickJS-NG runs this version directly.
    target: "es2023",
    external: ["posix"],
    // sv's built-in service directory: tools/sv/home.ts; the file of runit-init:
    // base/shutdown-files.ts.
    define: {
      RUNITS_SVDIR: JSON.stringify(process.env.RUNITS_SVDIR ?? ""),
      RUNITS_STOPIT: JSON.stringify(process.env.RUNITS_STOPIT ?? ""),
    },
    ...plainMembers,
    plugins: [
      plainMembersPlugin,
      ...(replacements === undefined
        ? []
        : [posixBy(replacements.posix), replacedBy(replacements.module)]),
    ],
    // Each name is a string that the engine creates at every start, and counts references to: short
    // ones, shared by all functions, take a tenth less memory in a forked supervisor. Lines stay as
    // they are, for stack traces.
    minifyIdentifiers: true,
    legalComments: "none",
    charset: "utf8",
    sourcemap: "external",
    sourcesContent: false,
    outfile: `${ROOT}/${file}.js`, // nothing is written there; source paths are relative to it
    write: false,
    absWorkingDir: ROOT,
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new BuildError(error.message);
  });
  const [map, bundle] = bundled.outputFiles;
  if (map === undefined || bundle === undefined) throw new BuildError(`${name}: no bundle`);
  const [bundleFile, bytecodeFile] = [`${scratch}/${file}.js`, `${scratch}/${file}.bc`];
  await writeFile(bundleFile, withPosixObject(name, bundle.text));
  await must(COMPILER, [bundleFile, bytecodeFile, name]);
  const bytecode = await readFile(bytecodeFile);
  const traceTable = traceTableOf(JSON.parse(map.text));
  return {
    entry,
    program: { name, aliases: [...aliases, ...unlinkedAliases], bytecode, traceTable },
    sizes: { name, bundleBytes: bundle.contents.length, bytecodeBytes: bytecode.length },
  };
}

/** Imports of module posix get the `posix` that `file` exports, except in that file itself. */
function posixBy(file: string): Plugin {
  return {
    name: "posix",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^posix$/ }, ({ importer }) =>
        importer === file ? undefined : { path: file, namespace: "posix" },
      );
      // Not an ECMAScript export, which would have to list all names.
      onLoad({ filter: /^/, namespace: "posix" }, () => ({
        contents: `module.exports = require(${JSON.stringify(file)}).posix;`,
        resolveDir: ROOT,
      }));
    },
  };
}

/** Imports of a module with the name of `file` get `file`, except in that file itself. */
function replacedBy(file: string): Plugin {
  return {
    name: "replaced",
    setup: ({ onResolve }) => {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, importer }) =>
        basename(path) === basename(file) && importer !== file ? { path: file } : undefined,
      );
    },
  };
}

/**
 * Rewrites the bundle for the engine's module posix: one export, an object, which the types declare
 * as a namespace. host/src/posix/mod.rs explains the gain.
 */
function withPosixObject(name: string, bundle: string): string {
  const text = bundle.replaceAll(
    /^import \* as ([\w$]+) from "posix";$/gm,
    'import $1 from "posix";',
  );
  if (/^import [*{].* from "posix";$/m.test(text)) {
    throw new BuildError(
      `${name}: module posix is imported as a whole: import * as posix from "posix"`,
    );
  }
  return text;
}
