/** Type-checks the three worlds, each with its own tsconfig, all at once. */
import { pathToFileURL } from "node:url";
import { BuildError, run, script } from "./run.ts";
import { PURE_CONFIG, separateWorlds } from "./worlds.ts";

/** Prints the faults; returns whether there are none. */
export async function check(): Promise<boolean> {
  try {
    await separateWorlds();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    return false;
  }
  const worlds = [PURE_CONFIG, "tsconfig.engine.json", "tsconfig.node.json"];
  const outcomes = await Promise.all(
    worlds.map((config) => run("node_modules/.bin/tsc", ["-p", config, "--pretty", "false"])),
  );
  // A pure file is in two worlds, and both report its faults.
  const lines = new Set(outcomes.flatMap(({ output }) => output.split("\n")));
  lines.delete("");
  for (const line of lines) console.error(line);
  return outcomes.every(({ ok }) => ok);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await script(check);
