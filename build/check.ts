/** Checks the imports, and the types by each of the four tsconfigs, all at once. */
import { pathToFileURL } from "node:url";
import { noWords } from "./command-line.ts";
import { checkImports, PURE_CONFIG } from "./import-rules.ts";
import { BuildError, run, script } from "./run.ts";

/** Prints the faults; returns whether there are none. */
export async function check(): Promise<boolean> {
  try {
    await checkImports();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    return false;
  }
  const configs = [PURE_CONFIG, "tsconfig.engine.json", "tsconfig.node.json", "tsconfig.page.json"];
  const outcomes = await Promise.all(
    configs.map((config) => run("node_modules/.bin/tsc", ["-p", config, "--pretty", "false"])),
  );
  // A pure file belongs to two of them, and both report its faults.
  const lines = new Set(outcomes.flatMap(({ output }) => output.split("\n")));
  lines.delete("");
  for (const line of lines) console.error(line);
  return outcomes.every(({ ok }) => ok);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(() => {
    noWords("usage: npm run check\n\nChecks the types, and which file imports which.\n");
    return check();
  });
}
