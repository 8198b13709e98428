/** Bundles a package of node/ with esbuild. It takes some 20 ms, so tests bundle each time. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { inRoot, ROOT } from "../paths.ts";
import { BuildError } from "../run.ts";
import type { NodePackage } from "./packages.ts";
import { absentCalls, posixOfNode } from "./posix.ts";

/** Those that have light-dark() of CSS: since the spring of 2024. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

/** @param out the directory of the bundle */
export async function bundleNodePackage(
  one: NodePackage,
  out = inRoot(one.folder, "dist"),
): Promise<void> {
  const { folder, target, modules } = one;
  const { dependencies = {} } = JSON.parse(
    await readFile(inRoot(folder, "package.json"), "utf8"),
  ) as { dependencies?: Readonly<Record<string, string>> };
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(modules).map(([name, file]) => [name, inRoot(folder, file)]),
    ),
    outdir: out,
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
  await bundlePage(one, out);
}

/** Bundles what a browser runs, with its dependencies: nothing is fetched from elsewhere. */
async function bundlePage({ folder, page }: NodePackage, out: string): Promise<void> {
  if (page === undefined) return;
  const from = inRoot(folder, page.folder);
  const to = join(out, page.folder);
  await build({
    entryPoints: [
      { in: `${from}/main.tsx`, out: "page" },
      { in: `${from}/page.css`, out: "page" },
    ],
    outdir: to,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: BROWSERS,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    absWorkingDir: ROOT,
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new BuildError(error.message);
  });
  for (const name of page.copied) await copyFile(`${from}/${name}`, `${to}/${name}`);
}
