/** Why the directory of services cannot be read, and what to do. */
import type { PosixError } from "posix";
import { reason } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";

export function homeProblem(
  home: string,
  { call, code }: Pick<PosixError, "call" | "code">,
): string {
  if (home === "") return "SVDIR is empty (set it to the directory that runsvdir looks at)";
  const action = call === "open" ? "open" : "read";
  return `unable to ${action} ${quoted(home)}: ${reason({ code })}${remedy(code)}`;
}

function remedy(code: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return " (set SVDIR to the directory that runsvdir looks at)";
    case "EACCES":
      return " (run as root, or set SVDIR to a directory of your own)";
    default:
      return "";
  }
}
