/**
 * `npm run build`: builds the product, dist/bin/; with `--tests` also the programs of
 * tests/programs, the product with a fault switch, and the packages of node/. With `--single` one
 * executable holds all tools, for systems with little room. With `--no-freeze` the engine is the
 * original one, and forked supervisors share less memory: to tell whether a fault is the patch's.
 * With `--portable` the host does without the calls that only Linux has, as on the BSDs and macOS:
 * docs/portability.md.
 *
 * `RUNITS_TARGET=aarch64-unknown-linux-gnu` builds for another machine, into
 * dist/aarch64-unknown-linux-gnu/bin; a target with musl needs no C compiler for that machine.
 *
 * Types are checked while the programs are built. Type errors fail the build, but its result can
 * still be tried.
 */
import { readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { check } from "./check.ts";
import { commandLine } from "./command-line.ts";
import { buildHost } from "./host.ts";
import { bundleNodePackage } from "./node/bundle.ts";
import { NODE_PACKAGES } from "./node/packages.ts";
import { BIN, CHECKED_MACHINE, FAULTY_BIN, FAULTY_POSIX, inRoot, TEST_BIN } from "./paths.ts";
import { executablesIn, product } from "./product.ts";
import { type BundleSizes, buildPrograms, type Executable, type ProgramEntry } from "./programs.ts";
import { script } from "./run.ts";

const USAGE = `usage: npm run build [-- OPTION...]

Builds the tools into dist/bin. RUNITS_TARGET in the environment names another machine to build for.

  --single     one executable with links to it
  --tests      also the programs that tests need
  --portable   a host without the calls that only Linux has
  --no-freeze  forked supervisors share less memory
`;

async function main(): Promise<boolean> {
  const flag = { type: "boolean", default: false } as const;
  const options = { single: flag, tests: flag, portable: flag, "no-freeze": flag };
  const { values } = commandLine({ usage: USAGE, options, takesOperands: false });
  const startedMs = performance.now();
  const checked = check();
  await buildHost(values.portable ? "portable" : values["no-freeze"] ? "no-freeze" : "normal");
  const executables = executablesIn(BIN, values.single);
  const sizes = await buildPrograms(product(), executables);
  if (values.tests) {
    const entries = await testEntries();
    const programs = entries.map(({ name }) => name);
    await buildPrograms(entries, [{ path: `${TEST_BIN}/runits-test`, programs }]);
    await buildPrograms(product(), executablesIn(FAULTY_BIN), {
      posix: FAULTY_POSIX,
      module: CHECKED_MACHINE,
    });
    await Promise.all(NODE_PACKAGES.map((one) => bundleNodePackage(one)));
  }
  console.log(await report(executables, sizes));
  const ok = await checked;
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(2);
  console.log(ok ? `built in ${tookS} s` : `built in ${tookS} s, but the types are wrong`);
  return ok;
}

/** Whole programs for tests: each file is a program under its own name. */
async function testEntries(): Promise<ProgramEntry[]> {
  const names = await readdir(inRoot("tests/programs")).catch(() => []);
  return names
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => ({
      name: basename(name, ".ts"),
      source: `import "./tests/programs/${name}";\n`,
    }));
}

async function report(
  executables: readonly Executable[],
  programs: readonly BundleSizes[],
): Promise<string> {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
  const lines = programs.map(
    ({ name, bundleBytes, bytecodeBytes }) =>
      `${name.padEnd(12)} bundle ${kilobytes(bundleBytes)}  bytecode ${kilobytes(bytecodeBytes)}`,
  );
  const names = executables.map(({ path }) => basename(path)).join(", ");
  const sizes = await Promise.all(executables.map(async ({ path }) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return [...lines, `${"dist/bin".padEnd(12)} ${kilobytes(total)}: ${names}`].join("\n");
}

await script(main);
