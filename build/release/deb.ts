/**
 * Packages for Debian, beside runit, whose tools they divert.
 *
 * Source of the format: deb(5), deb-control(5), and ar(5) of GNU.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inRoot } from "../paths.ts";
import { type DebianPackage, debianPackages, MAINTAINER, type Release } from "./debian-packages.ts";
import { COMMAND_MODE, type Entry, text } from "./entry.ts";
import type { Asset } from "./output.ts";
import { tarball } from "./tar.ts";

const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];
const SCRIPT_FOLDER = "packaging/debian";

/** @param contents the files of a release, below a prefix */
export async function debsOf(contents: readonly Entry[], release: Release): Promise<Asset[]> {
  const { version, architecture } = release;
  return await Promise.all(
    debianPackages(contents, release).map(async (one) => ({
      name: `${one.name}_${version}-1_${architecture}.deb`,
      content: await debOf(one, release),
    })),
  );
}

async function debOf(one: DebianPackage, release: Release): Promise<Buffer> {
  const { files, configurationFiles } = one;
  const regular = files.filter(({ target }) => target === undefined);
  const control = [
    text("control", controlOf(one, release)),
    ...(configurationFiles.length > 0
      ? [text("conffiles", configurationFiles.map((path) => `${path}\n`).join(""))]
      : []),
    text("md5sums", regular.map(sumLine).join("")),
    ...(await scriptsOf(one)),
  ];
  return ar(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar.gz", tarball(inDot(control), release.timeS)],
      ["data.tar.gz", tarball(inDot(files), release.timeS)],
    ],
    release.timeS,
  );
}

/** What dpkg runs: the part that all packages have, with their variables, and the package's own. */
function scriptsOf({ name, upgrade }: DebianPackage): Promise<Entry[]> {
  return Promise.all(
    SCRIPTS.map(async (script) => {
      const folder = `${SCRIPT_FOLDER}/${name}`;
      const common = [`${folder}/variables`, `${SCRIPT_FOLDER}/${script}`];
      const parts = [...common, ...(script === "postinst" ? upgrade : [])];
      const texts = await Promise.all(parts.map((part) => readFile(inRoot(part), "utf8")));
      // A package need not have a part of its own.
      texts.splice(2, 0, await readFile(inRoot(folder, script), "utf8").catch(() => ""));
      return text(script, `#!/bin/sh\nset -e\n${texts.join("")}`, COMMAND_MODE);
    }),
  );
}

function controlOf(one: DebianPackage, { version, architecture }: Release): string {
  const bytes = one.files.reduce((sum, { content }) => sum + content.length, 0);
  return `Package: ${one.name}
Version: ${version}-1
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(bytes / 1024)}
${one.depends === undefined ? "" : `Depends: ${one.depends}\n`}Section: admin
Priority: optional
Description: ${one.description}`;
}

function sumLine({ path, content }: Entry): string {
  return `${createHash("md5").update(content).digest("hex")}  ${path}\n`;
}

/** Paths as dpkg-deb writes them. */
function inDot(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => ({ ...entry, path: `./${entry.path}` }));
}

/** An archive of members whose sizes are even or padded to it. */
function ar(members: readonly (readonly [string, Buffer])[], timeS: number): Buffer {
  const parts = members.flatMap(([name, content]) => {
    const fields = [name.padEnd(16), String(timeS).padEnd(12), "0".padEnd(6), "0".padEnd(6)];
    const header = `${fields.join("")}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    return [Buffer.from(header), content, Buffer.from(content.length % 2 === 1 ? "\n" : "")];
  });
  return Buffer.concat([Buffer.from("!<arch>\n"), ...parts]);
}
