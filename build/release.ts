/**
 * `npm run release`: builds static executables for each architecture, and packages of them, into
 * dist/release. It needs python3 with pip, for the C compiler (build/zig.ts), and rustup; no cross
 * compiler.
 *
 * The bytes depend on the commit alone: SOURCE_DATE_EPOCH, in seconds, is its time unless the
 * environment sets it.
 */
import { readFile } from "node:fs/promises";
import { inRoot } from "./paths.ts";
import type { Architecture } from "./release/architectures.ts";
import { archiveName, archiveOf } from "./release/archive.ts";
import { type Component, componentsOf } from "./release/components.ts";
import { contentsOf } from "./release/contents.ts";
import { debsOf } from "./release/deb.ts";
import type { Entry } from "./release/entry.ts";
import { nfpmPackages } from "./release/nfpm.ts";
import { nodePackages } from "./release/node-packages.ts";
import { mainPackage, platformPackage } from "./release/npm.ts";
import { optionsIn, type ReleaseOptions } from "./release/options.ts";
import { type Asset, differencesFrom, writeRelease } from "./release/output.ts";
import { sbomOf } from "./release/sbom.ts";
import { BuildError, must, script } from "./run.ts";

const OUT = inRoot("dist/release");

/** What the packages are made from. */
interface Source {
  readonly version: string;
  /** Of every file in a package. */
  readonly timeS: number;
}

async function main(): Promise<boolean> {
  const options = optionsIn(process.argv.slice(2));
  const assets = await build(options);
  const { sign, check } = options;
  if (check !== undefined) return isSame(check, assets);
  await writeRelease(OUT, assets, sign);
  for (const { name, content } of assets) console.log(`${content.length} ${name}`);
  console.log(sign === undefined ? "not signed" : "signed");
  return true;
}

async function build({ architectures }: ReleaseOptions): Promise<Asset[]> {
  const { version } = JSON.parse(await readFile(inRoot("package.json"), "utf8")) as {
    version: string;
  };
  const source = { version, timeS: await sourceTimeS() };
  const assets: Asset[] = [];
  let contents: readonly Entry[] = [];
  const components = new Map<string, Component>();
  for (const architecture of architectures) {
    await buildFor(architecture);
    const ofThis = await componentsOf(architecture.target);
    const bin = inRoot("dist", architecture.target, "bin");
    const ofThisMachine = await contentsOf(bin, { ...source, components: ofThis });
    assets.push(...(await assetsOf(architecture, ofThisMachine, source)));
    // The main package for npm needs only files that are the same for all machines.
    if (contents.length === 0) contents = ofThisMachine;
    for (const component of ofThis) components.set(component.purl, component);
  }
  const main = await mainPackage(architectures, contents, source);
  assets.push({ name: `runits-${version}.tgz`, content: main });
  const bill = Buffer.from(sbomOf([...components.values()], source));
  assets.push({ name: `runits-${version}.cdx.json`, content: bill });
  assets.push(...(await nodePackages(source)));
  return assets;
}

async function isSame(dir: string, assets: readonly Asset[]): Promise<boolean> {
  const differences = await differencesFrom(dir, assets);
  for (const line of differences) console.error(`release: ${line}`);
  if (differences.length === 0) console.log(`the same as in ${dir}`);
  return differences.length === 0;
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
  const { name, debian, nfpm, node } = architecture;
  const options = { ...source, architecture: name };
  const archive = await archiveOf(contents, options);
  const forNpm = platformPackage(architecture, contents, source);
  return [
    { name: `${archiveName(options)}.tar.gz`, content: archive },
    ...(await debsOf(contents, { ...source, architecture: debian })),
    ...(await nfpmPackages(contents, { ...source, architecture: nfpm })),
    { name: `runits-linux-${node}-${source.version}.tgz`, content: forNpm },
  ];
}

await script(main);
