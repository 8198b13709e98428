/** The directory of a release: its files, their checksums, and the signature of these. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../run.ts";
import { firstDifference } from "./difference.ts";

const SUMS = "SHA256SUMS";
const SIGNATURE = `${SUMS}.sig`;

/** A file of the release. */
export interface Asset {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Replaces the directory, in one step as far as other programs can see; a failure leaves the old
 * one.
 *
 * @param sign a command for the shell, which reads the checksums and prints a signature of them
 */
export async function writeRelease(
  dir: string,
  assets: readonly Asset[],
  sign?: string,
): Promise<void> {
  const sums = Buffer.from(
    assets
      .map(({ name, content }) => `${sha256(content)}  ${name}\n`)
      .sort()
      .join(""),
  );
  const files = [...assets, { name: SUMS, content: sums }];
  if (sign !== undefined) files.push({ name: SIGNATURE, content: signed(sums, sign) });
  const fresh = `${dir}.${process.pid}.new`;
  try {
    await mkdir(fresh, { recursive: true });
    for (const { name, content } of files) await writeFile(join(fresh, name), content);
    await rm(dir, { recursive: true, force: true });
    await rename(fresh, dir);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function signed(sums: Buffer, command: string): Buffer {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { input: sums });
  const failure = status === 0 ? "it printed nothing" : `exit ${status}: ${stderr}`;
  if (status !== 0 || stdout.length === 0) {
    throw new BuildError(`release: unable to sign: ${command}: ${failure.trimEnd()}`);
  }
  return stdout;
}

/** @returns a line for each file of the release that is not the same in the directory */
export async function differencesFrom(dir: string, assets: readonly Asset[]): Promise<string[]> {
  const lines = await Promise.all(
    assets.map(async ({ name, content }) => {
      const earlier = await readFile(join(dir, name)).catch(() => undefined);
      if (earlier === undefined) return `${name}: not in ${dir}`;
      const difference = firstDifference(earlier, content);
      return difference === undefined
        ? ""
        : `${name}: ${difference === "" ? "differs" : `differs in ${difference}`}`;
    }),
  );
  return lines.filter(Boolean);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
