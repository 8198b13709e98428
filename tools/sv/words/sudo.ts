/**
 * How to repeat a command of sv as root: sudo(8) removes SVDIR from the environment, and looks for
 * programs in directories of its own.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { candidates } from "../../../base/program-search.ts";
import { quoted } from "../../../base/quoted.ts";

/** Source: sudoers(5), secure_path, as Debian and Fedora set it, in common. */
const SECURE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const OWN_PROGRAM = "/proc/self/exe";

/** There may be thousands of services. */
let known: string | undefined;

/** `sudo sv`, or with the environment and the path that it needs. */
export function sudoSv(): string {
  known ??= sudoWords().map(quoted).join(" ");
  return known;
}

function sudoWords(): string[] {
  const home = posix.getenv("SVDIR");
  return ["sudo", ...(home === undefined ? [] : ["env", `SVDIR=${home}`]), svForRoot()];
}

/** The path of this sv, if sudo finds another one or none. */
function svForRoot(): string {
  const own = idOf(OWN_PROGRAM);
  const found = candidates("sv", SECURE_PATH).map(idOf).find(Boolean);
  const path = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, OWN_PROGRAM));
  if (own === undefined || own === found || path === undefined) return "sv";
  return `${path.slice(0, path.lastIndexOf("/"))}/sv`;
}

function idOf(path: string): string | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
}
