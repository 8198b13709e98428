/** Lists files. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inRoot } from "./paths.ts";

/** Made by the build or by npm, in any folder. */
const MADE = /(^|\/)(dist|node_modules)\//;

/**
 * All source files in these folders, by path from the root, sorted; a missing folder counts as
 * empty.
 */
export async function filesUnder(folders: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(inRoot(folder), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(inRoot().length + 1));
    }),
  );
  return lists
    .flat()
    .filter((name) => !MADE.test(name))
    .sort();
}
