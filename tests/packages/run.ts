/**
 * `npm run packages`: builds the release for this machine, fetches what is missing, and tries the
 * packages of dist/release as their users would: on a Debian, with npm, without a C library.
 * CONTRIBUTING.md names the packages that this needs.
 */
import { spawnSync } from "node:child_process";
import { noWords } from "../../build/command-line.ts";
import { inRoot } from "../../build/paths.ts";
import { must, script } from "../../build/run.ts";

async function main(): Promise<boolean> {
  noWords(`usage: npm run packages

Builds the release, and installs, upgrades and removes its packages. CONTRIBUTING.md names the
programs that this needs.
`);
  const node = [process.execPath, ...process.execArgv];
  const architecture = { x64: "amd64" }[process.arch as string] ?? process.arch;
  await must("env", [...node, "build/release.ts", "--only", architecture]);
  await must("tests/packages/fetch-debian", []);
  await must("tests/boot/fetch-debian", []);
  if (architecture === "amd64") await must("tests/boot/fetch-kernel", [architecture]);
  const [program = "", ...options] = node;
  const env = { ...process.env, RUNITS_RELEASE: inRoot("dist/release") };
  const tests = spawnSync(program, [...options, "build/test.ts", "tests/packages/"], {
    env,
    stdio: "inherit",
  });
  return tests.status === 0;
}

await script(main);
