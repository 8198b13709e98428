/** The group of this process, for `sv grant`. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** The name of the group, or that of the user if /etc/group does not have it. */
export function ownGroup(): string {
  const { username, gid } = userInfo();
  try {
    const rows = readFileSync("/etc/group", "utf8").split("\n");
    const own = rows.map((row) => row.split(":")).find(([, , number]) => number === `${gid}`);
    return own?.[0] ?? username;
  } catch {
    return username;
  }
}
