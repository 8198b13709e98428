/**
 * `npm run boot [-- --arm64] [--armhf] [--debian]`: fetches what is missing, builds, and boots the
 * virtual machines of tests/boot; with --arm64 or --armhf also one of that architecture, with
 * --debian also a whole Debian. CONTRIBUTING.md names the packages that they need.
 */
import { spawnSync } from "node:child_process";
import { commandLine } from "../../build/command-line.ts";
import { must, script } from "../../build/run.ts";
import { ARM64, ARMHF, DEBIAN } from "./hardware.ts";

const USAGE = `usage: npm run boot [-- OPTION...]

Builds, and boots virtual machines. CONTRIBUTING.md names the packages that this needs.

  --arm64   also an arm64 machine
  --armhf   also an armhf machine
  --debian  also a whole Debian
`;

async function main(): Promise<boolean> {
  const flag = { type: "boolean", default: false } as const;
  const options = { arm64: flag, armhf: flag, debian: flag };
  const { values } = commandLine({ usage: USAGE, options, takesOperands: false });
  const node = [process.execPath, ...process.execArgv];
  await must("tests/boot/fetch-kernel", ["amd64"]);
  const machines: string[] = [];
  const chosen = [...(values.arm64 ? [ARM64] : []), ...(values.armhf ? [ARMHF] : [])];
  for (const { name, target } of chosen) {
    await must("tests/boot/fetch-kernel", [name]);
    await must("env", [`RUNITS_TARGET=${target}`, ...node, "build/build.ts"]);
    machines.push(name);
  }
  if (values.debian) {
    await must("tests/boot/fetch-debian", []);
    machines.push(DEBIAN);
  }
  const env = { ...process.env, RUNITS_MACHINES: machines.join() };
  const [program = "", ...words] = node;
  const tests = spawnSync(program, [...words, "build/test.ts", "tests/boot/"], {
    env,
    stdio: "inherit",
  });
  return tests.status === 0;
}

await script(main);
