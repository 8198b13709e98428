/**
 * Which Node the console and the importer need. They begin here, so this file uses nothing that an
 * older Node lacks, and such a Node says what is needed.
 */

/** Major and minor number; `engines` in package.json of the packages says the same. */
export const OLDEST_NODE = "22.12";

/** @param version as in `process.versions.node` */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/**
 * Whether this Node runs the program. If not, standard error says so, and the exit code is 1.
 *
 * @param program the name of the command and of its package
 */
export function canRun(program: string): boolean {
  if (!isTooOld(process.versions.node)) return true;
  console.error(
    `${program}: needs Node ${OLDEST_NODE} or later, and this is ${process.version} ` +
      `(npx -p node@22 -p ${program} ${program} brings one)`,
  );
  process.exitCode = 1;
  return false;
}
