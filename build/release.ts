/**
 * `npm run release`: builds static executables for each architecture, and packages of them, into
 * dist/release. It needs python3 with pip, for the C compiler (build/zig.ts), and rustup; no cross
 * compiler.
 *
 * The bytes depend on the commit alone: SOURCE_DATE_EPOCH, in seconds, is its time unless the
 * environment sets it.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inRoot } from "./paths.ts";
import { ARCHITECTURES, type Architecture } from "./release/architectures.ts";
import { archiveName, archiveOf } from "./release/archive.ts";
import { contentsOf } from "./release/contents.ts";
import { debName, debOf } from "./release/deb.ts";
import type { Entry } from "./release/entry.ts";
import { mainPackage, platformPackage } from "./release/npm.ts";
import { BuildError, must, script } from "./run.ts";

const OUT = inRoot("dist/release");
const SUMS = "SHA256SUMS";
const USAGE = `usage: npm run release [-- --only ARCHITECTURE]

Builds static executables and packages of them into dist/release, for ${ARCHITECTURES.map(({ name }) => name).join(" and ")}.
`;

/** A file of the release. */
interface Asset {
  readonly name: string;
  readonly content: Buffer;
}

/** What the packages are made from. */
interface Source {
  readonly version: string;
  /** Of every file in a package. */
  readonly timeS: number;
}

async function main(): Promise<boolean> {
  const words = process.argv.slice(2);
  if (words.includes("--help")) {
    process.stdout.write(USAGE);
    return true;
  }
  const architectures = chosen(words);
  const { version } = JSON.parse(await readFile(inRoot("package.json"), "utf8")) as {
    version: string;
  };
  const source = { version, timeS: await sourceTimeS() };
  const assets: Asset[] = [];
  let contents: readonly Entry[] = [];
  for (const architecture of architectures) {
    await buildFor(architecture);
    contents = await contentsOf(inRoot("dist", architecture.target, "bin"));
    assets.push(...(await assetsOf(architecture, contents, source)));
  }
  // What it takes of the contents is the same for all machines.
  const main = await mainPackage(architectures, contents, source);
  assets.push({ name: `runits-${version}.tgz`, content: main });
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  for (const { name, content } of assets) await writeFile(join(OUT, name), content);
  const sums = assets
    .map(({ name, content }) => `${sha256(content)}  ${name}\n`)
    .sort()
    .join("");
  await writeFile(join(OUT, SUMS), sums);
  for (const { name, content } of assets) console.log(`${content.length} ${name}`);
  return true;
}

function chosen(words: readonly string[]): readonly Architecture[] {
  if (words.length === 0) return ARCHITECTURES;
  const [option, name, ...more] = words;
  const found = ARCHITECTURES.filter((one) => one.name === name);
  if (option !== "--only" || found.length === 0 || more.length > 0) {
    throw new BuildError(`release: unknown words: ${words.join(" ")}\n${USAGE}`);
  }
  return found;
}

/** The time of the newest change, by https://reproducible-builds.org/specs/source-date-epoch/. */
async function sourceTimeS(): Promise<number> {
  const set = process.env.SOURCE_DATE_EPOCH;
  const seconds = set ?? (await must("git", ["log", "-1", "--format=%ct"])).trim();
  if (!/^\d+$/.test(seconds)) throw new BuildError(`release: no number of seconds: ${seconds}`);
  return Number(seconds);
}

/** In a process of its own: the paths of a build follow from RUNITS_TARGET. */
async function buildFor({ target }: Architecture): Promise<void> {
  const node = [process.execPath, ...process.execArgv, "build/build.ts"];
  await must("env", [`RUNITS_TARGET=${target}`, ...node]);
}

/** The packages for one machine. */
async function assetsOf(
  architecture: Architecture,
  contents: readonly Entry[],
  source: Source,
): Promise<Asset[]> {
  const options = { ...source, architecture: architecture.name };
  const archive = await archiveOf(contents, options);
  const forNpm = platformPackage(architecture, contents, source);
  return [
    { name: `${archiveName(options)}.tar.gz`, content: archive },
    { name: debName(options), content: await debOf(contents, options) },
    { name: `runits-linux-${architecture.node}-${source.version}.tgz`, content: forNpm },
  ];
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

await script(main);
