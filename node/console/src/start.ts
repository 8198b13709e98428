#!/usr/bin/env node
/**
 * Where `runits-console` begins. It uses nothing that an older Node lacks, so that such a Node says
 * what it needs.
 */
import { setFlagsFromString } from "node:v8";

const OLDEST = [22, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `runits-console: needs Node ${OLDEST.join(".")} or later, and this is ${process.version} ` +
      "(npx -p node@22 -p runits-console runits-console brings one)",
  );
  process.exitCode = 1;
} else {
  // A look at a thousand services leaves little behind: small spaces for what is new keep the
  // process 25 MB smaller, and a collection takes less than a millisecond.
  setFlagsFromString("--max-semi-space-size=1");
  setFlagsFromString("--semi-space-growth-factor=1");
  await import("./main.ts");
}
