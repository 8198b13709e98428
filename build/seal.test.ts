/**
 * Sealing, from TypeScript to a running executable: what is sealed survives strip(1), answers to
 * its name, and tells its faults. The host must have been built, which `npm test` sees to.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { positionOf } from "../base/trace-table.ts";
import { hasFixedAddresses } from "./elf.ts";
import { HOST } from "./paths.ts";
import { buildPrograms } from "./programs.ts";
import { BuildError } from "./run.ts";
import { link, seal } from "./seal.ts";

const echo = (name: string): string => `
import * as posix from "posix";
posix.write(1, "${name}: " + posix.argv().join(" ") + "\\n");
`;

const FAULTY = [
  'import * as posix from "posix";',
  "interface Gone { readonly a: number }",
  "function fail(): never {",
  '  throw new TypeError("no \\u00e9");',
  "}",
  'posix.write(1, posix.traceTable("faulty"));',
  "fail();",
].join("\n");

const WHOLE = `
import * as posix from "posix";
const { greet } = posix.load("whole/part") as { greet(text: string): void };
greet("part: ");
const nosuch = "whole/nosuch";
try { posix.load(nosuch); } catch (error) { posix.write(1, (error as Error).name); }
`;
/** A number from the image is the same in each process. */
const LUCK = `
import * as posix from "posix";
const { greet } = posix.load("luck/part") as { greet(text: string): void };
const later = new Map([[posix.argv()[1], Math.random()]]);
greet("luck: " + posix.argv()[1] + " " + [...later.values()] + " ");
`;
const PART = `
import * as posix from "posix";
export const greet = (text: string): void => { posix.write(1, text + posix.traceTable("whole/part").split("\\n")[0] + "\\n"); };
`;

let folder: string;
let executable: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runits-seal-"));
  executable = join(folder, "runits");
  await buildPrograms(
    [
      { name: "first", source: echo("first") },
      { name: "runits", source: echo("runits") },
      { name: "faulty", source: FAULTY },
      { name: "whole", source: WHOLE },
      { name: "whole/part", source: PART, isPart: true },
      { name: "luck", source: LUCK },
      { name: "plain", source: echo("plain") },
      { name: "luck/part", source: PART, isPart: true },
    ],
    [
      { path: executable, programs: ["first", "runits", "faulty", "whole"] },
      { path: join(folder, "second"), programs: ["whole"] },
      { path: join(folder, "luck"), programs: ["luck", "plain"], hasImage: true },
      { path: join(folder, "bare/luck"), programs: ["luck"] },
    ],
  );
});

after(() => rm(folder, { recursive: true }));

function outputOf(name: string, ...words: string[]): string {
  return spawnSync(join(folder, name), words, { encoding: "latin1" }).stdout;
}

test("an executable holds its own programs, and runs the first under any other name", () => {
  assert.equal(readlinkSync(join(folder, "whole")), "second");
  assert.equal(outputOf("second"), outputOf("whole"));
  const { stdout } = spawnSync(join(folder, "second"), { argv0: "first", encoding: "latin1" });
  assert.equal(stdout, outputOf("whole"));
});

test("a program loads its parts, which nobody else runs", () => {
  assert.equal(outputOf("whole"), "part: whole-part.entry.ts\nRangeError");
  assert.equal(outputOf("runits", "whole/part"), `runits: ${folder}/runits whole/part\n`);
});

test("runs the program that the executable is called by", async () => {
  await link(executable, ["init-script"]);
  assert.equal(outputOf("first", "a"), `first: ${folder}/first a\n`);
  assert.equal(outputOf("runits", "a"), `runits: ${folder}/runits a\n`);
  const { stdout } = spawnSync(executable, ["a"], { argv0: "first", encoding: "latin1" });
  assert.equal(stdout, "first: first a\n");
  assert.equal(outputOf("init-script", "start"), `first: ${folder}/init-script start\n`);
});

const HAS_IMAGE = hasFixedAddresses(readFileSync(HOST)) && canHaveImage();

function canHaveImage(): boolean {
  const host = readFileSync(HOST);
  return host.readUInt32LE(host.indexOf("runits payload 1", 0, "latin1") + 24) !== 0;
}

test("the first program starts from the image, and the others without", {
  skip: !HAS_IMAGE,
}, () => {
  const [one, other] = [outputOf("luck", "1"), outputOf("luck", "1")];
  assert.match(one, /^luck: 1 0\.\d+ \n$/);
  assert.equal(other, one);
  assert.notEqual(outputOf("luck", "2"), one);
  const without = () => spawnSync(join(folder, "bare/luck"), ["1"], { encoding: "latin1" }).stdout;
  assert.notEqual(without(), without());
  assert.equal(outputOf("plain"), `plain: ${folder}/plain\n`);
});

test("a program starts without its image if there is no memory for it", {
  skip: !HAS_IMAGE,
}, () => {
  const limited = () =>
    spawnSync("sh", ["-c", 'ulimit -S -d 400; exec "$0" 1', join(folder, "luck")], {
      encoding: "latin1",
    }).stdout;
  assert.match(limited(), /^luck: 1 0\.\d+ \n$/);
  assert.notEqual(limited(), limited());
});

test("keeps its programs when it is stripped", async () => {
  const stripped = join(folder, "stripped");
  writeFileSync(stripped, readFileSync(executable), { mode: 0o755 });
  const { status } = spawnSync("strip", [stripped]);
  assert.equal(status, 0);
  assert.equal(outputOf("stripped"), `first: ${stripped}\n`);
});

test("has no more room in it than its programs need", {
  skip: process.platform !== "linux",
}, () => {
  const spared = statSync(HOST).size - statSync(executable).size;
  assert.ok(spared > 400_000, `${spared} bytes less than the host`);
});

test("tells an exception that nobody caught, with its stack, and exits 111", () => {
  const { status, stdout, stderr } = spawnSync(join(folder, "faulty"), { encoding: "latin1" });
  assert.equal(status, 111);
  const [message, failed = "", called = ""] = stderr.split("\n");
  assert.equal(message, "faulty: fatal: uncaught exception: TypeError: no \u00e9");
  // The build shortens the functions' names; their places in the sources are what counts.
  const place = /^ {4}at \S+ \(faulty:(\d+):\d+\)$/;
  const positions = [failed, called].map((line) =>
    positionOf(stdout, Number(place.exec(line)?.[1])),
  );
  assert.deepEqual(positions, [
    { file: "faulty.entry.ts", line: 4 },
    { file: "faulty.entry.ts", line: 7 },
  ]);
});

test("says what to do when nothing is sealed", () => {
  const { status, stderr } = spawnSync(HOST, { encoding: "latin1" });
  assert.equal(status, 111);
  assert.match(stderr, /^runits: fatal: no programs in this executable: .*npm run build\n$/);
});

test("refuses programs that do not fit, and says what to raise", async () => {
  const program = { name: "big", bytecode: new Uint8Array(1 << 24), traceTable: "" };
  const sealed = seal([program], join(folder, "big"));
  await assert.rejects(sealed, (error) => {
    assert.ok(error instanceof BuildError);
    assert.match(error.message, /raise CAPACITY in host\/src\/seal\.rs/);
    return true;
  });
});
