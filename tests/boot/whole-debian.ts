/** The disk of a whole Debian that boots with its package runit-init, and two services. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatDisk, Root } from "./disk.ts";
import { AMD64, missingFor } from "./hardware.ts";
import { addServices } from "./services.ts";

const INSTALLED = resolve(import.meta.dirname, "../../dist/boot/debian");

/** Why there is no such Debian, if there is none. */
export const noDebian =
  missingFor(AMD64) ?? (existsSync(INSTALLED) ? undefined : "tests/boot/fetch-debian makes it");

/**
 * @param dir an empty directory
 * @param change adds files, or replaces some
 * @returns the path of the disk, in `dir`
 */
export function makeDebian(dir: string, change: (root: Root) => void): string {
  const root = new Root(join(dir, "root"));
  execFileSync("cp", ["-a", INSTALLED, root.dir]); // with its devices
  change(root);
  // Root logs in without a password, with a shell that does not edit lines.
  root.put(
    "etc/shadow",
    readFileSync(root.at("etc/shadow"), "utf8").replace(/^root:[^:]*/m, "root:"),
  );
  const users = readFileSync(root.at("etc/passwd"), "utf8");
  root.put("etc/passwd", users.replace(/^(root:.*:).*$/m, "$1/bin/sh"));
  root.put("etc/fstab", "/dev/nvme0n1 / ext4 defaults 0 1\n");
  root.put("etc/hostname", "machine\n");
  mkdirSync(root.at("var/log/web"));
  chmodSync(root.at("var/log/web"), 0o777);
  addServices(root, { default: ["web", "db"] });
  return formatDisk(root, join(dir, "disk"), "600M");
}
