/**
 * `tsx build/built.ts [--tests] SCRIPT [WORDS...]`: runs `npm run build`, with `--tests` if that is
 * given, and then SCRIPT with WORDS. If `--help` is one of them, nothing is built.
 *
 * A process of its own builds, and SCRIPT runs in this one: it gets the signals of the terminal.
 */
import { spawnSync } from "node:child_process";
import { inRoot, ROOT } from "./paths.ts";
import { script } from "./run.ts";

const [first = "", ...rest] = process.argv.slice(2);
const options = first === "--tests" ? [first] : [];
const [path = "", ...words] = options.length > 0 ? rest : [first, ...rest];

function isBuilt(): boolean {
  console.log("building: a minute or so, the first time");
  const command = [...process.execArgv, inRoot("build/build.ts"), ...options];
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

await script(async () => {
  if (!words.includes("--help") && !isBuilt()) return false;
  process.argv.splice(1, Number.POSITIVE_INFINITY, inRoot(path), ...words);
  await import(inRoot(path));
  return true;
});
