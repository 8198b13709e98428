/**
 * `npm run build`: the product, dist/bin/, from the sources; with `--tests` the programs of
 * tests/programs as well, and the product with a fault switch.
 *
 * Types are checked while the programs are made. Wrong types fail the build, but leave its result to be
 * tried.
 */
import { readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { check } from "./check.ts";
import { buildHost } from "./host.ts";
import { BIN, FAULTY_BIN, FAULTY_POSIX, inRoot, TEST_BIN } from "./paths.ts";
import { buildPrograms, type Entry, type Sizes } from "./programs.ts";
import { script } from "./run.ts";
import { ALIASES, EXECUTABLE, PARTS, TOOLS, UNLINKED_ALIASES } from "./tools.ts";

async function main(): Promise<boolean> {
  const startedMs = performance.now();
  const checked = check();
  await buildHost();
  const executable = `${BIN}/${EXECUTABLE}`;
  const product = [...TOOLS.map(toolEntry), ...PARTS.map(partEntry)];
  const sizes = await buildPrograms(product, executable);
  if (process.argv.includes("--tests")) {
    const entries = await testEntries();
    if (entries.length > 0) await buildPrograms(entries, `${TEST_BIN}/runits-test`);
    await buildPrograms(product, `${FAULTY_BIN}/${EXECUTABLE}`, FAULTY_POSIX);
  }
  console.log(await report(executable, sizes));
  const ok = await checked;
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(2);
  console.log(ok ? `built in ${tookS} s` : `built in ${tookS} s, but the types are wrong`);
  return ok;
}

function toolEntry(name: string): Entry {
  const source =
    `import { main } from "./tools/${name}/main.ts";\n` +
    'import { start } from "./base/start.ts";\n' +
    "start(main);\n";
  const [aliases, unlinkedAliases] = [ALIASES[name], UNLINKED_ALIASES[name]];
  return { name, source, ...(aliases && { aliases }), ...(unlinkedAliases && { unlinkedAliases }) };
}

function partEntry(name: string): Entry {
  return { name, source: `export * from "./tools/${name}.ts";\n`, isPart: true };
}

/** Whole programs for tests: each file is one, under its own name. */
async function testEntries(): Promise<Entry[]> {
  const names = await readdir(inRoot("tests/programs")).catch(() => []);
  return names
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => ({
      name: basename(name, ".ts"),
      source: `import "./tests/programs/${name}";\n`,
    }));
}

async function report(executable: string, programs: readonly Sizes[]): Promise<string> {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
  const lines = programs.map(
    ({ name, bundleBytes, bytecodeBytes }) =>
      `${name.padEnd(12)} bundle ${kilobytes(bundleBytes)}  bytecode ${kilobytes(bytecodeBytes)}`,
  );
  const { size } = await stat(executable);
  return [...lines, `${"dist/bin".padEnd(12)} ${kilobytes(size)}`].join("\n");
}

await script(main);
