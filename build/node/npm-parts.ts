/** The packages from npm of which a bundle has parts. */
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { ROOT } from "../paths.ts";

const IN_PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** @returns the folders of the packages, in order */
export function npmFolders({ outputs }: Metafile): string[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = path.match(IN_PACKAGE)?.[1];
      if (folder !== undefined && bytesInOutput > 0) folders.add(join(ROOT, folder));
    }
  }
  return [...folders].sort();
}
