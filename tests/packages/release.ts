/** The release that `npm run packages` has built. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debsOf } from "../../build/release/deb.ts";
import { contentsUnderTest } from "../support/package.ts";

/** Its directory, if there is one. */
const RELEASE = process.env.RUNITS_RELEASE;

/** For tests of packages of a release. */
export const released = { skip: RELEASE === undefined && "npm run packages runs this" };

/** For tests of packages that a release has only on a machine with Go. */
export const releasedWithGo = {
  skip:
    RELEASE === undefined ? released.skip : !hasRpm(RELEASE) && "the release was built without Go",
};

function hasRpm(dir: string): boolean {
  return readdirSync(dir).some((name) => name.endsWith(".rpm"));
}

/** The path of the one file whose name begins and ends so. */
export function asset(begin: string, end: string): string {
  const dir = RELEASE ?? "";
  const found = readdirSync(dir).filter((name) => name.startsWith(begin) && name.endsWith(end));
  if (found.length !== 1) throw new Error(`${dir}: ${found.length} files ${begin}*${end}`);
  return join(dir, found[0] ?? "");
}

/**
 * Both packages for Debian: those of the release, or else, written to `dir`, with the executables
 * under test.
 *
 * @returns their paths
 */
export async function debs(dir: string): Promise<string[]> {
  if (RELEASE !== undefined) {
    return ["runits", "runits-init"].map((name) => asset(`${name}_`, "_amd64.deb"));
  }
  const source = { version: "0.1.0", architecture: "amd64", timeS: 86_400 };
  return (await debsOf(await contentsUnderTest(), source)).map(({ name, content }) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  });
}

/** The same packages, as a newer version, in directories below `dir`. @returns their paths */
export function newerDebs(dir: string, files: readonly string[]): string[] {
  return files.map((file) => {
    const work = mkdtempSync(join(dir, "newer-"));
    const script = `
      dpkg-deb --raw-extract "$0" files
      sed -i 's/^Version: .*/Version: 9.9.9-1/; s/(= .*)/(= 9.9.9-1)/' files/DEBIAN/control
      dpkg-deb --root-owner-group --build files .`;
    execFileSync("sh", ["-ec", script, file], { cwd: work, stdio: "pipe" });
    return join(work, readdirSync(work).find((name) => name.endsWith(".deb")) ?? "");
  });
}
