/**
 * `npm run arm64 [-- PART OF A PATH...]`: runs the black-box tests of runsv, runsvdir, sv, svlogd
 * and chpst, or those whose path contains one of the parts, on an arm64 machine that qemu emulates,
 * with the executables of a release. CONTRIBUTING.md names the packages that this needs.
 *
 * It may take an hour: the machine is ten times slower than this one.
 */
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { commandLine } from "../../build/command-line.ts";
import { filesUnder } from "../../build/files.ts";
import { nodeOf } from "../../build/node/versions.ts";
import { inRoot } from "../../build/paths.ts";
import { BuildError, must, script } from "../../build/run.ts";
import { formatDisk, Root } from "./disk.ts";
import { ARM64 } from "./hardware.ts";

const TOOLS = ["runsv", "runsvdir", "sv", "svlogd", "chpst"];
/** With what they import themselves. */
const LIBRARIES = [
  ...["fast-check", "pure-rand", "ajv", "ajv-formats", "fast-deep-equal", "fast-uri"],
  ...["json-schema-traverse", "require-from-string"],
];
/** What the tests import or read, by path from the root. */
const SOURCES = [
  ..."base build docs examples node packaging posix protocol supervisor tests tools".split(" "),
  ..."package.json LICENSE CHANGELOG.md".split(" "),
  ...LIBRARIES.map((name) => `node_modules/${name}`),
];
const DISK_SIZE = "1G";

const USAGE = `usage: npm run arm64 [-- PART OF A PATH...]

Builds, and runs the black-box tests of five tools on an emulated arm64 machine: half an hour or
more. With parts, it runs only the test files that have one of them in their path. CONTRIBUTING.md
names the packages that this needs.
`;

async function main(): Promise<boolean> {
  const { positionals: parts } = commandLine({ usage: USAGE, options: {}, takesOperands: true });
  const wanted = parts.length > 0 ? parts : TOOLS.map((name) => `tests/e2e/${name}/`);
  const files = (await filesUnder(["tests"])).filter(
    (name) => name.endsWith(".test.ts") && wanted.some((part) => name.includes(part)),
  );
  if (files.length === 0) throw new BuildError(`no tests in ${wanted.join(", ")}`);
  await must("tests/boot/fetch-kernel", [ARM64.name]);
  await must("tests/boot/fetch-root", []);
  const node = [process.execPath, ...process.execArgv];
  await must("env", [`RUNITS_TARGET=${ARM64.target}`, ...node, "build/build.ts"]);
  const dir = mkdtempSync(join(tmpdir(), "runits-arm64-"));
  try {
    return await runTests(await makeDisk(dir, files));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function makeDisk(dir: string, files: readonly string[]): Promise<string> {
  const root = new Root(join(dir, "root"));
  await must("cp", ["-a", inRoot("dist/boot/arm64/root"), root.dir]);
  cpSync(await nodeOf("22-arm64"), root.at("usr/bin/node"));
  mkdirSync(root.at("runits/dist"), { recursive: true });
  for (const source of SOURCES) {
    cpSync(inRoot(source), root.at(`runits/${source}`), { recursive: true });
  }
  cpSync(ARM64.bin, root.at("runits/dist/bin"), { recursive: true, verbatimSymlinks: true });
  writeFileSync(root.at("runits/files"), files.join("\n"));
  chmodSync(root.dir, 0o755);
  return formatDisk(root, join(dir, "disk"), DISK_SIZE);
}

/** Prints the results, and at last how many tests have passed and failed. */
async function runTests(disk: string): Promise<boolean> {
  const [qemu = "", ...machine] = ARM64.qemu.split(" ");
  const child = spawn(
    qemu,
    [
      ...[...machine, ..."-accel tcg -smp 2 -m 1024 -nodefaults -display none".split(" ")],
      ..."-serial stdio -no-reboot -device nvme,drive=disk,serial=1".split(" "),
      ...["-drive", `file=${disk},format=raw,if=none,id=disk`, "-kernel", ARM64.kernel],
      "-append",
      `console=${ARM64.console} root=/dev/nvme0n1 rw init=/runits/tests/boot/black-box-init panic=-1 quiet`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const count = { passed: 0, failed: 0, skipped: 0 };
  let isComplete = false;
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const [, not, rest = ""] = line.match(/^(not )?ok \d+ - (.*)/) ?? [];
    if (/^# duration_ms/.test(line)) isComplete = true;
    if (rest === "") continue;
    if (/ # SKIP/.test(rest)) count.skipped++;
    else if (not === undefined) count.passed++;
    else count.failed++;
  }
  if (!isComplete) throw new BuildError("the machine has ended before the tests");
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed === 0;
}

await script(main);
