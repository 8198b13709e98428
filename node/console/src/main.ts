/** Does what the command line of `runits-console` says. */
import { ConsoleError } from "./console-error.ts";
import { USAGE } from "./options.ts";
import { tokenCommand } from "./token-command.ts";
import { VERSION } from "./version.ts";

async function main(words: readonly string[]): Promise<void> {
  const [first, ...others] = words;
  if (words.includes("--help")) process.stdout.write(USAGE);
  else if (words.includes("--version")) console.log(`runits-console ${VERSION}`);
  else if (first === "token") tokenCommand(others);
  else if (first === "top") await startTop(others);
  else if (first !== undefined && !first.startsWith("-")) {
    throw new ConsoleError(`${JSON.stringify(first)}: unknown command\n${USAGE.trimEnd()}`);
  } else {
    const { serve } = await import("./serve.ts");
    await serve(words);
  }
}

/** The server and the screen load their libraries only if they run. */
async function startTop(words: readonly string[]): Promise<void> {
  const { top } = await import("../top/top.tsx");
  await top(words);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConsoleError)) throw error;
  console.error(`runits-console: ${error.message}`);
  process.exitCode = 1;
}
