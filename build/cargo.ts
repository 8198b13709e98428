/** `npm run cargo -- WORDS`: cargo, with the engine's crate made first. */
import { spawn } from "node:child_process";
import { prepareEngine } from "./engine.ts";
import { ROOT } from "./paths.ts";
import { script } from "./run.ts";

async function main(): Promise<boolean> {
  await prepareEngine();
  const cargo = spawn("cargo", process.argv.slice(2), { cwd: ROOT, stdio: "inherit" });
  return await new Promise((resolve, reject) => {
    cargo.on("error", reject);
    cargo.on("close", (code) => resolve(code === 0));
  });
}

await script(main);
