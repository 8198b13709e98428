/**
 * `npm run boot [-- --arm64] [--debian]`: fetches what is missing, builds, and boots the virtual
 * machines of tests/boot; with --arm64 also one of that architecture, with --debian also a whole
 * Debian. CONTRIBUTING.md names the packages that they need.
 */
import { spawnSync } from "node:child_process";
import { BuildError, must, script } from "../../build/run.ts";
import { ARM64, DEBIAN } from "./hardware.ts";

const USAGE = "usage: npm run boot -- [--arm64] [--debian]";

async function main(): Promise<boolean> {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word !== "--arm64" && word !== "--debian");
  if (unknown !== undefined) throw new BuildError(`boot: unknown option: ${unknown}\n${USAGE}`);
  const node = [process.execPath, ...process.execArgv];
  await must("tests/boot/fetch-kernel", ["amd64"]);
  const machines: string[] = [];
  if (words.includes("--arm64")) {
    await must("tests/boot/fetch-kernel", [ARM64.name]);
    await must("env", [`RUNITS_TARGET=${ARM64.target}`, ...node, "build/build.ts"]);
    machines.push(ARM64.name);
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
