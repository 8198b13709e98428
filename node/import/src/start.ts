#!/usr/bin/env node
/**
 * Where `runits-import` begins. It uses nothing that an older Node lacks, so that such a Node says
 * what it needs.
 */
const OLDEST = [22, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `runits-import: needs Node ${OLDEST.join(".")} or later, and this is ${process.version} ` +
      "(npx -p node@22 -p runits-import runits-import brings one)",
  );
  process.exitCode = 1;
} else {
  await import("./main.ts");
}
