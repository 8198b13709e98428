/**
 * The image of the engine's memory from which a program starts: host/src/image.rs makes it when
 * the executable asks for it, and describes it.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BuildError } from "./run.ts";

const MOST_BYTES = 1 << 24;
const WORD_BYTES = 8;
/** In place of a word that belongs to one process. Not 0, which no random state may be. */
const NEUTRAL = 1n;
/**
 * The words that belong to one process: the stack's start and its limit, the state of
 * `Math.random`, the seed of a `Map`'s hash, and that of a table of the bindings.
 */
const OWN_WORDS_MAX = 5;
/** Moves the stack, also on a system that always puts it in the same place. */
const PADDING = { PADDING: "x".repeat(100_000) };

/**
 * Runs an executable whose header asks for an image, twice: a word that differs between the two
 * is random, or known to one process only, so that two builds of one source would differ in it. It
 * becomes the same in all.
 */
export async function imageOf(executable: string): Promise<Buffer> {
  return withoutOwnWords(await imageIn(executable, {}), await imageIn(executable, PADDING));
}

async function imageIn(executable: string, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: MOST_BYTES, env } as const;
  const { stdout } = await promisify(execFile)(executable, [], options).catch((error: Error) => {
    throw new BuildError(error.message.trimEnd());
  });
  return stdout;
}

/**
 * The image that two processes have in common.
 *
 * @throws {BuildError} they differ in more than what the engine and the bindings have of their own,
 * such as in a `Map` whose hashes depend on the seed
 */
export function withoutOwnWords(image: Buffer, other: Buffer): Buffer {
  if (image.length !== other.length) throw new BuildError("two images have two lengths");
  const common = Buffer.from(image);
  let count = 0;
  for (let at = 0; at < image.length; at += WORD_BYTES) {
    if (image.readBigUInt64LE(at) === other.readBigUInt64LE(at)) continue;
    common.writeBigUInt64LE(NEUTRAL, at);
    count += 1;
  }
  if (count > OWN_WORDS_MAX) {
    throw new BuildError(
      `two images of one program differ in ${count} words: docs/engine.md says what an image must not hold`,
    );
  }
  return common;
}
