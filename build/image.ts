/**
 * The image of the engine's memory from which a program starts: host/src/image.rs makes it when
 * the executable asks for it, and describes it.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BuildError } from "./run.ts";

const MOST_BYTES = 1 << 24;

/** Runs an executable whose header asks for an image. */
export async function imageOf(executable: string): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: MOST_BYTES } as const;
  const { stdout } = await promisify(execFile)(executable, [], options).catch((error: Error) => {
    throw new BuildError(error.message.trimEnd());
  });
  return stdout;
}
