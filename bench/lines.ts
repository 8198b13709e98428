/** Lines to log. Pure: the same each time. */

const WORDS = ["error", "debug", "info", "from", "10.0.0.1", "GET", "/index.html", "timeout", "in"];
const TEXT_BYTES = 1 << 20;

/** A mebibyte of lines of words, each of `lineBytes` bytes with its newline. */
export function makeLines(lineBytes: number): string {
  let seed = 1;
  const lines: string[] = [];
  for (let index = 0; index < TEXT_BYTES / lineBytes; index += 1) {
    let line = "";
    while (line.length < lineBytes - 1) {
      seed = (seed * 48_271) % 0x7fff_ffff;
      line += `${WORDS[seed % WORDS.length]} `;
    }
    lines.push(`${line.slice(0, lineBytes - 1)}\n`);
  }
  return lines.join("");
}
