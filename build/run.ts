/** Runs a command of the build, and returns its result; a failed command never throws. */
import { spawn } from "node:child_process";
import { ROOT } from "./paths.ts";

interface CommandOutcome {
  readonly ok: boolean;
  /** Standard output and error, interleaved. */
  readonly output: string;
}

export function run(command: string, words: readonly string[]): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ ok: false, output: `${command}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** Like {@link run}, but throws if the command fails. @returns its output */
export async function must(command: string, words: readonly string[]): Promise<string> {
  const { ok, output } = await run(command, words);
  if (!ok) throw new BuildError(output.trimEnd());
  return output;
}

/** Stops a build for a reason that its message gives: no stack is printed. */
export class BuildError extends Error {}

/**
 * Runs a script's `main`, prints a {@link BuildError} without its stack, and sets the exit code.
 */
export async function script(main: () => Promise<boolean>): Promise<void> {
  try {
    if (!(await main())) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
