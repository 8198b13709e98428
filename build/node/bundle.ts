/** Bundles a package of node/ with esbuild. It takes some 20 ms, so tests bundle each time. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { inRoot, ROOT } from "../paths.ts";
import { BuildError } from "../run.ts";
import { npmFolders } from "./npm-parts.ts";
import type { NodePackage } from "./packages.ts";
import { absentCalls, posixOfNode } from "./posix.ts";

/** Those that have light-dark() of CSS: since the spring of 2024. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

/** Ink imports it only for those who develop Ink's applications. */
const NEVER_LOADED = "react-devtools-core";
/** esbuild calls `require` in a module for parts that are not modules. */
const WITH_REQUIRE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);`;

/**
 * @param out the directory of the bundle
 * @returns the folders of the packages from npm that are in it
 */
export async function bundleNodePackage(
  one: NodePackage,
  out = inRoot(one.folder, "dist"),
): Promise<readonly string[]> {
  const { folder, target, modules, requires } = one;
  const { outputFiles, metafile } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(modules).map(([name, file]) => [name, inRoot(folder, file)]),
    ),
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target,
    external: [NEVER_LOADED],
    conditions: ["runits-source"],
    define: {
      // The services directory of this system is found at run time.
      RUNITS_SVDIR: '""',
      // React chooses by this variable.
      "process.env.NODE_ENV": '"production"',
    },
    ...(requires && { banner: { js: WITH_REQUIRE } }),
    metafile: true,
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
  return [...npmFolders(metafile), ...(await bundlePage(one, out))];
}

/** Bundles what a browser runs, with its dependencies: nothing is fetched from elsewhere. */
async function bundlePage({ folder, page }: NodePackage, out: string): Promise<string[]> {
  if (page === undefined) return [];
  const from = inRoot(folder, page.folder);
  const to = join(out, page.folder);
  const { metafile } = await build({
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
    metafile: true,
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new BuildError(error.message);
  });
  for (const name of page.copied) await copyFile(`${from}/${name}`, `${to}/${name}`);
  return npmFolders(metafile);
}
