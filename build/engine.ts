/**
 * Makes target/engine/rquickjs-sys: the engine's crate as cargo has it from its registry, with the
 * patches of host/engine. Cargo.toml names that directory, so this comes before every call of
 * cargo; it is fast if nothing changed. docs/engine.md describes the patches.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { applyPatch, PatchError } from "./patch.ts";
import { ENGINE, inRoot } from "./paths.ts";
import { BuildError, must } from "./run.ts";

const SOURCE = "host/engine";
const CRATE = "rquickjs-sys";
/** Frozen memory; left out by `--no-freeze`. */
const FREEZE = "freeze.patch";
/** What the engine consists of when it is built for a system. The rest is for the web. */
const UNUSED = new Set(["vendor", "wasm-shim"]);
/** The state that the directory was made from. */
const STAMP = ".made-from";

/** @param freezes whether the engine can freeze its memory */
export async function prepareEngine(freezes = true): Promise<void> {
  const names = (await readdir(inRoot(SOURCE))).sort();
  const files = new Map<string, string>();
  for (const name of names) files.set(name, await readFile(inRoot(SOURCE, name), "utf8"));
  const patches = [...files].filter(([name]) => name.endsWith(".patch"));
  const applied = patches.filter(([name]) => freezes || name !== FREEZE);
  const stamp = createHash("sha256")
    .update(JSON.stringify([files.get("Cargo.lock"), applied]))
    .digest("hex");
  if ((await readFile(join(ENGINE, STAMP), "utf8").catch(() => "")) === stamp) return;

  const fresh = `${ENGINE}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(fresh), { recursive: true });
  await cp(await registryCopy(), fresh, {
    recursive: true,
    filter: (path) => !UNUSED.has(basename(path)),
  });
  for (const [name, patch] of applied) await apply(name, patch, fresh);
  await writeFile(join(fresh, STAMP), stamp);
  await rm(ENGINE, { recursive: true, force: true });
  await rename(fresh, ENGINE);
}

/** The directory in which cargo keeps the crate's source, which it downloads if need be. */
async function registryCopy(): Promise<string> {
  const output = await must("cargo", [
    ...["metadata", "--format-version", "1", "--locked", "--quiet"],
    ...["--manifest-path", `${SOURCE}/Cargo.toml`],
  ]);
  const { packages } = JSON.parse(output) as {
    packages: readonly { name: string; manifest_path: string }[];
  };
  const found = packages.find(({ name }) => name === CRATE);
  if (found === undefined) throw new BuildError(`${SOURCE}/Cargo.toml does not name ${CRATE}`);
  return dirname(found.manifest_path);
}

async function apply(patchName: string, patch: string, crate: string): Promise<void> {
  const before = new Map<string, string>();
  for (const [, name] of patch.matchAll(/^\+\+\+ b\/(.*)$/gm)) {
    if (name !== undefined) before.set(name, await readFile(join(crate, name), "utf8"));
  }
  try {
    const after = applyPatch(patch, (name) => before.get(name) ?? "");
    for (const [name, text] of after) await writeFile(join(crate, name), text);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new BuildError(
      `${SOURCE}/${patchName}: ${error.message} of ${CRATE}: ` +
        "docs/engine.md says how to carry the patch over to another version of the engine",
    );
  }
}
