/**
 * `npm run clippy:foreign`: checks the host for the BSDs, macOS and Linux with 32 bits, and its
 * portable variant for Linux. docs/portability.md describes them.
 *
 * A target whose compiler or libraries cannot be downloaded is left out, with a message.
 */
import { noWords } from "./command-line.ts";
import { prepareEngine } from "./engine.ts";
import { BuildError, run, script } from "./run.ts";
import { zigSettings } from "./zig.ts";

const TARGETS = [
  "x86_64-unknown-freebsd",
  "x86_64-unknown-netbsd",
  "aarch64-apple-darwin",
  // The last two, because zigSettings sets variables for them.
  "x86_64-unknown-openbsd",
  "armv7-unknown-linux-musleabihf",
];
const PORTABLE = ["--no-default-features", "--features", "portable"];

async function main(): Promise<boolean> {
  noWords(`usage: npm run clippy:foreign

Checks the host for the BSDs, macOS and Linux with 32 bits, and its portable variant:
docs/portability.md.
`);
  await prepareEngine();
  let ok = await isClean("the portable variant", PORTABLE);
  for (const target of TARGETS) {
    const settings = await settingsFor(target);
    if (settings === undefined) continue;
    ok = (await isClean(target, ["--target", target, ...settings])) && ok;
  }
  return ok;
}

/** `undefined` if the target cannot be checked here. */
async function settingsFor(target: string): Promise<readonly string[] | undefined> {
  try {
    return await zigSettings(target);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.log(`${target}: not checked: ${error.message}`);
    return undefined;
  }
}

async function isClean(name: string, words: readonly string[]): Promise<boolean> {
  // The compiler of bytecode runs only on the machine that builds.
  const parts = ["--package", "host", "--lib", "--bin", "runits-host"];
  const { ok, output } = await run("cargo", [
    ...["clippy", "--quiet", ...parts, ...words],
    ...["--", "-D", "warnings"],
  ]);
  console.log(ok ? `${name}: clean` : `${name}:\n${output.trimEnd()}`);
  return ok;
}

await script(main);
