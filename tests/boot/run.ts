/**
 * `npm run boot [-- --arm64] [--armhf] [--debian]`: fetches what is missing, builds, and boots the
 * virtual machines of tests/boot; with --arm64 or --armhf also one of that architecture, with
 * --debian also a whole Debian. CONTRIBUTING.md names the packages that they need.
 */
import { spawnSync } from "node:child_process";
import { BuildError, must, script } from "../../build/run.ts";
import { ARM64, ARMHF, DEBIAN } from "./hardware.ts";

const OPTIONS = ["--arm64", "--armhf", "--debian"];
const USAGE = `usage: npm run boot -- ${OPTIONS.map((option) => `[${option}]`).join(" ")}`;

async function main(): Promise<boolean> {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => !OPTIONS.includes(word));
  if (unknown !== undefined) throw new BuildError(`boot: unknown option: ${unknown}\n${USAGE}`);
  const node = [process.execPath, ...process.execArgv];
  await must("tests/boot/fetch-kernel", ["amd64"]);
  const machines: string[] = [];
  for (const { name, target } of [ARM64, ARMHF]) {
    if (!words.includes(`--${name}`)) continue;
    await must("tests/boot/fetch-kernel", [name]);
    await must("env", [`RUNITS_TARGET=${target}`, ...node, "build/build.ts"]);
    machines.push(name);
  }
  if (words.includes("--debian")) {
    await must("tests/boot/fetch-debian", []);
    machines.push(DEBIAN);
  }
  const env = { ...process.env, RUNITS_MACHINES: machines.join() };
  const [program = "", ...options] = node;
  const tests = spawnSync(program, [...options, "build/test.ts", "tests/boot/"], {
    env,
    stdio: "inherit",
  });
  return tests.status === 0;
}

await script(main);
