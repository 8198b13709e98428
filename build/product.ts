/** The product's programs and executables, which programs.ts builds. */
import type { Executable, ProgramEntry } from "./programs.ts";
import {
  ALIASES,
  EXECUTABLE,
  EXECUTABLES,
  IMAGES,
  PARTS,
  TOOLS,
  UNLINKED_ALIASES,
} from "./tools.ts";

/** All tools and their parts. */
export function product(): ProgramEntry[] {
  return [...TOOLS.map(toolEntry), ...PARTS.map(partEntry)];
}

/** @param isSingle one executable for all tools */
export function executablesIn(folder: string, isSingle = false): Executable[] {
  if (isSingle) return [{ path: `${folder}/${EXECUTABLE}`, programs: TOOLS }];
  return Object.entries(EXECUTABLES).map(([name, programs]) => ({
    path: `${folder}/${name}`,
    programs,
    hasImage: IMAGES.has(name),
  }));
}

function toolEntry(name: string): ProgramEntry {
  const source =
    `import { main } from "./tools/${name}/main.ts";\n` +
    'import { start } from "./base/start.ts";\n' +
    "start(main);\n";
  const [aliases, unlinkedAliases] = [ALIASES[name], UNLINKED_ALIASES[name]];
  return { name, source, ...(aliases && { aliases }), ...(unlinkedAliases && { unlinkedAliases }) };
}

function partEntry(name: string): ProgramEntry {
  return { name, source: `export * from "./tools/${name}.ts";\n`, isPart: true };
}
