/**
 * `npm run build:node`: bundles the packages of node/ into node/NAME/dist, with the files of
 * protocol/ that they use; their dependencies on npm stay imports. A package that programs import
 * gets the declarations of its types.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleNodePackage } from "./node/bundle.ts";
import { NODE_PACKAGES, type NodePackage } from "./node/packages.ts";
import { inRoot } from "./paths.ts";
import { BuildError, must, script } from "./run.ts";

/** Where the compiler writes the declarations of all files that a package imports. */
const DECLARATIONS = inRoot("target/declarations");

export async function buildNodePackages(): Promise<void> {
  await Promise.all(
    NODE_PACKAGES.map(async (one) => {
      await rm(inRoot(one.folder, "dist"), { recursive: true, force: true });
      await bundleNodePackage(one);
      if (one.hasTypes) await declareTypes(one);
    }),
  );
}

/** Writes the declarations of index.ts, and of those that it names, into `dist`. */
async function declareTypes({ folder }: NodePackage): Promise<void> {
  const out = join(DECLARATIONS, folder);
  await rm(out, { recursive: true, force: true });
  const options = [
    "--declaration",
    "--stripInternal",
    "--emitDeclarationOnly",
    "--noEmit",
    "false",
  ];
  await must("node_modules/.bin/tsc", [
    ...["-p", `${folder}/tsconfig.json`, "--pretty", "false", ...options],
    ...["--rootDir", ".", "--outDir", out],
  ]);
  const source = join(out, folder, "src");
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
    await writeFile(inRoot(folder, "dist", name), shown);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await script(async () => {
    await buildNodePackages();
    return true;
  });
}
