/**
 * `npm run build:node`: bundles the packages of node/ into node/NAME/dist, with the files of
 * protocol/ and the packages from npm that they use. A package that programs import gets the
 * declarations of its types.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { noWords } from "./command-line.ts";
import { bundleNodePackage } from "./node/bundle.ts";
import { NODE_PACKAGES, type NodePackage } from "./node/packages.ts";
import { inRoot } from "./paths.ts";
import { BuildError, must, script } from "./run.ts";

/**
 * @param out the directory of the result, which is emptied first
 * @returns the folders of the packages from npm that are bundled in it
 */
export async function buildNodePackage(one: NodePackage, out: string): Promise<readonly string[]> {
  await rm(out, { recursive: true, force: true });
  const bundled = await bundleNodePackage(one, out);
  if (one.hasTypes) await declareTypes(one, out);
  return bundled;
}

/** Writes the declarations of index.ts, and of those that it names. */
async function declareTypes({ folder }: NodePackage, out: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "runits-declarations-"));
  try {
    await declareInto(folder, scratch, out);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @param scratch where the compiler writes the declarations of all files that it imports */
async function declareInto(folder: string, scratch: string, out: string): Promise<void> {
  const options = [
    "--declaration",
    "--stripInternal",
    "--emitDeclarationOnly",
    "--noEmit",
    "false",
  ];
  await must("node_modules/.bin/tsc", [
    ...["-p", `${folder}/tsconfig.json`, "--pretty", "false", ...options],
    ...["--rootDir", ".", "--outDir", scratch],
  ]);
  const source = join(scratch, folder, "src");
  const names = new Set(["index.d.ts"]);
  for (const name of names) {
    const text = await readFile(join(source, name), "utf8");
    for (const [, from = ""] of text.matchAll(/from "(\.[^"]+)\.ts"/g)) {
      if (from.startsWith(".."))
        throw new BuildError(`${folder}: ${name} shows types of ${from}.ts`);
      names.add(`${from.slice("./".length)}.d.ts`);
    }
    // The module beside it, by the name that older compilers resolve, too.
    const shown = text.replaceAll(/(from "\.[^"]+)\.ts"/g, '$1.js"');
    await writeFile(join(out, name), shown);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(async () => {
    noWords("usage: npm run build:node\n\nBundles the packages of node/.\n");
    await Promise.all(
      NODE_PACKAGES.map((one) => buildNodePackage(one, inRoot(one.folder, "dist"))),
    );
    return true;
  });
}
