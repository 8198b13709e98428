/** The files of the page, which the build puts beside the program. They hold nothing secret. */
import { readFileSync } from "node:fs";

export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

const TYPES = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

/** By their paths below the base path; the first is the path itself. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const folder = new URL("page/", import.meta.url);
  return new Map(
    Object.entries(TYPES).map(([name, type]) => {
      const content = new Uint8Array(readFileSync(new URL(name, folder)));
      return [name === "index.html" ? "" : name, { type, content }];
    }),
  );
}
