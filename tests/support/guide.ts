/** The commands and scripts that the guides print, so that tests can act as a reader would. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The text of one block of code.
 *
 * @param page a file of docs/, such as `migrate.md`
 * @param first how the block begins
 */
export function guideBlock(page: string, first: string): string {
  const blocks = [...guideText(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, block = ""]) => block,
  );
  const found = blocks.filter((block) => block.startsWith(first));
  const [block] = found;
  if (block === undefined || found.length > 1) {
    throw new Error(`docs/${page}: ${found.length} blocks begin with ${first}`);
  }
  return block;
}

/** @param page a file of docs/ */
export function guideText(page: string): string {
  return readFileSync(join(import.meta.dirname, "../../docs", page), "utf8");
}

/**
 * A server.mjs for the guides: answers with the name of its directory, and at TERM ends when it has
 * answered.
 */
export const SERVER = `
import { createServer } from "node:http";
import { basename } from "node:path";
const release = basename(process.cwd());
const server = createServer((request, response) => response.end(release));
server.listen(Number(process.env.PORT), () => console.log("ready"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
