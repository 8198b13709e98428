/** Bundles a package of node/ with esbuild. It takes some 20 ms, so tests bundle each time. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build } from "esbuild";
import { inRoot, ROOT } from "../paths.ts";
import { BuildError } from "../run.ts";
import type { NodePackage } from "./packages.ts";
import { absentCalls, posixOfNode } from "./posix.ts";

export async function bundleNodePackage({ folder, target, modules }: NodePackage): Promise<void> {
  const { dependencies = {} } = JSON.parse(
    await readFile(inRoot(folder, "package.json"), "utf8"),
  ) as { dependencies?: Readonly<Record<string, string>> };
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(modules).map(([name, file]) => [name, inRoot(folder, file)]),
    ),
    outdir: inRoot(folder, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target,
    external: Object.keys(dependencies),
    conditions: ["runits-source"],
    // The services directory of this system is found at run time.
    define: { RUNITS_SVDIR: '""' },
    plugins: [posixOfNode],
    legalComments: "none",
    charset: "utf8",
    absWorkingDir: ROOT,
    write: false,
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new BuildError(error.message);
  });
  for (const { path, text, contents } of outputFiles) {
    const absent = absentCalls(text);
    if (absent.length > 0) {
      throw new BuildError(`${path}: node/client/src/posix.ts lacks ${absent.join(", ")}`);
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}
