/**
 * The files of a log directory in the order of their lines: rotated files by their labels, then
 * `current`.
 *
 * Pure: names in, names out.
 * Source: svlogd(8) of runit 2.1.2: `LABEL.u` waits for a processor, and is whole; `LABEL.t` is the
 * unfinished output of one; `LABEL.s` is finished. multilog and s6-log use the same names.
 */

export const CURRENT = "current";
const LABEL_LENGTH = 25;

/** The label of a rotated file, which is the time of the rotation; `undefined` for another name. */
export function labelOf(name: string): string | undefined {
  if (name.charAt(0) !== "@" || name.charAt(LABEL_LENGTH) !== ".") return undefined;
  for (let at = 1; at < LABEL_LENGTH; at += 1) {
    if (!"0123456789abcdef".includes(name.charAt(at))) return undefined;
  }
  return name.slice(0, LABEL_LENGTH);
}

/**
 * The rotated files among `names`, the oldest first. Of several files with one label, `.u` has all
 * lines as they were logged; `.s` comes next, then any other, such as `.s.gz`.
 */
export function rotatedFiles(names: readonly string[]): readonly string[] {
  const byLabel = new Map<string, string>();
  for (const name of names) {
    const label = labelOf(name);
    if (label === undefined || name.startsWith("t", LABEL_LENGTH + 1)) continue;
    const other = byLabel.get(label);
    if (other === undefined || rank(name) < rank(other)) byLabel.set(label, name);
  }
  return [...byLabel.values()].sort();
}

function rank(name: string): number {
  const suffix = name.slice(LABEL_LENGTH + 1);
  return suffix === "u" ? 0 : suffix === "s" ? 1 : 2;
}

/** The program that decompresses a file to its standard output, by the first bytes of the file. */
export function decompressorOf(start: Uint8Array): string | undefined {
  return MAGIC.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte))?.program;
}

/** How many bytes {@link decompressorOf} looks at. */
export const MAGIC_BYTES = 6;

/** Source: RFC 1952; RFC 8878; the .xz, bzip2 and LZ4 frame formats. */
const MAGIC = [
  { program: "gzip", bytes: [0x1f, 0x8b] },
  { program: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { program: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { program: "bzip2", bytes: [0x42, 0x5a, 0x68] },
  { program: "lz4", bytes: [0x04, 0x22, 0x4d, 0x18] },
] as const;
