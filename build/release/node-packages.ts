/**
 * The packages of node/ as npm has them: what the build makes, the page, and the licences. They
 * depend on no other package, so that one file is enough for a machine without a network.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { NODE_PACKAGES, type NodePackage } from "../node/packages.ts";
import { buildNodePackage } from "../node.ts";
import { inRoot } from "../paths.ts";
import type { Component } from "./components.ts";
import { type Entry, entriesIn, entryOf, text } from "./entry.ts";
import { licencesIn } from "./licences.ts";
import { npmComponents } from "./npm-components.ts";
import type { Asset } from "./output.ts";
import { sbomOf } from "./sbom.ts";
import { tarball } from "./tar.ts";

/** Members of package.json that have no meaning outside this repository. */
const ONLY_HERE = new Set(["devDependencies", "runits-source"]);

interface Provenance extends PackOptions {
  /** What is bundled. */
  readonly components: readonly Component[];
}

interface PackOptions {
  /** Of the release, which is that of each package. */
  readonly version: string;
  readonly timeS: number;
}

/** Builds and packs them all. */
export async function nodePackages(options: PackOptions): Promise<Asset[]> {
  return await Promise.all(NODE_PACKAGES.map((one) => packedNodePackage(one, options)));
}

export async function packedNodePackage(
  one: NodePackage,
  { version, timeS }: PackOptions,
): Promise<Asset> {
  const out = await mkdtemp(join(tmpdir(), "runits-node-"));
  try {
    const components = await npmComponents(await buildNodePackage(one, out));
    const entries = await contents(one.folder, out, { version, timeS, components });
    const content = tarball(entries, timeS);
    return { name: `runits-${basename(one.folder)}-${version}.tgz`, content };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** @param built what the build has made */
async function contents(folder: string, built: string, provenance: Provenance): Promise<Entry[]> {
  const { version, timeS, components } = provenance;
  const fields = JSON.parse(await readFile(inRoot(folder, "package.json"), "utf8"), (key, value) =>
    ONLY_HERE.has(key) ? undefined : value,
  );
  const description = JSON.stringify({ ...fields, version }, undefined, 2);
  const entries = [
    text("package.json", `${description}\n`),
    ...(await entriesIn(built, "dist")),
    await entryOf(inRoot(folder, "README.md"), "README.md"),
    await entryOf(inRoot("LICENSE"), "LICENSE"),
    ...licencesIn("licenses", components),
    text("sbom.cdx.json", sbomOf(components, { name: fields.name, version, timeS })),
  ];
  return entries.map((entry) => ({ ...entry, path: `package/${entry.path}` }));
}
