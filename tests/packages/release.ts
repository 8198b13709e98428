/** The release that `npm run packages` has built. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

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
