/** The packages of node/ as npm has them: what the build makes, the page, the licence. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { NODE_PACKAGES, type NodePackage } from "../node/packages.ts";
import { buildNodePackage } from "../node.ts";
import { inRoot } from "../paths.ts";
import { type Entry, entriesIn, entryOf, text } from "./entry.ts";
import type { Asset } from "./output.ts";
import { tarball } from "./tar.ts";

/** Members of package.json that have no meaning outside this repository. */
const ONLY_HERE = new Set(["devDependencies", "runits-source"]);

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
    await buildNodePackage(one, out);
    const content = tarball(await contents(one.folder, out, version), timeS);
    return { name: `runits-${basename(one.folder)}-${version}.tgz`, content };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** @param built what the build has made */
async function contents(folder: string, built: string, version: string): Promise<Entry[]> {
  const fields = JSON.parse(await readFile(inRoot(folder, "package.json"), "utf8"), (key, value) =>
    ONLY_HERE.has(key) ? undefined : value,
  );
  const description = JSON.stringify({ ...fields, version }, undefined, 2);
  const entries = [
    text("package.json", `${description}\n`),
    ...(await entriesIn(built, "dist")),
    await entryOf(inRoot(folder, "README.md"), "README.md"),
    await entryOf(inRoot("LICENSE"), "LICENSE"),
  ];
  return entries.map((entry) => ({ ...entry, path: `package/${entry.path}` }));
}
