/** The packages of node/ as npm has them: what the build makes, the page, the licence. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { NODE_PACKAGES } from "../node/packages.ts";
import { buildNodePackages } from "../node.ts";
import { inRoot } from "../paths.ts";
import { type Entry, entriesIn, entryOf, text } from "./entry.ts";
import type { Asset } from "./output.ts";
import { tarball } from "./tar.ts";

/** Members of package.json that have no meaning outside this repository. */
const ONLY_HERE = new Set(["devDependencies", "runits-source"]);

/** Builds and packs them all. @param version of the release, which is that of each */
export async function nodePackages(options: {
  readonly version: string;
  readonly timeS: number;
}): Promise<Asset[]> {
  await buildNodePackages();
  return await Promise.all(
    NODE_PACKAGES.map(async ({ folder }) => {
      const content = tarball(await contents(folder, options.version), options.timeS);
      return { name: `runits-${basename(folder)}-${options.version}.tgz`, content };
    }),
  );
}

async function contents(folder: string, version: string): Promise<Entry[]> {
  const fields = JSON.parse(await readFile(inRoot(folder, "package.json"), "utf8"), (key, value) =>
    ONLY_HERE.has(key) ? undefined : value,
  );
  const description = JSON.stringify({ ...fields, version }, undefined, 2);
  const entries = [
    text("package.json", `${description}\n`),
    ...(await entriesIn(inRoot(folder, "dist"), "dist")),
    await entryOf(inRoot(folder, "README.md"), "README.md"),
    await entryOf(inRoot("LICENSE"), "LICENSE"),
  ];
  return entries.map((entry) => ({ ...entry, path: `package/${entry.path}` }));
}
