/** The licence texts in every package: a file for each version of each component. */
import type { Component } from "./components.ts";
import { type Entry, text } from "./entry.ts";

const RULE = `\n${"-".repeat(80)}\n\n`;

/** @param folder where they are in the package */
export function licencesIn(folder: string, components: readonly Component[]): Entry[] {
  return components.map(({ name, version, licence, texts }) => {
    const title = `${name} ${version}\nSPDX-License-Identifier: ${licence}\n`;
    const file = `${name.replace("/", "-")}-${version}.txt`;
    return text(`${folder}/${file}`, [title, ...texts.map(ended)].join(RULE));
  });
}

function ended(content: string): string {
  return `${content.trimEnd()}\n`;
}
