/** Users and groups of this machine. */
import { readFileSync } from "node:fs";

const PASSWD = "/etc/passwd";
const GROUP = "/etc/group";

function rowsOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

/**
 * A user with all groups that `initgroups` would give, as `chpst -u` takes them; the name alone if
 * the user has but the own group, or is unknown here.
 */
export function withGroups(user: string): string {
  const account = rowsOf(PASSWD).find(([name, , uid]) => name === user || uid === user);
  if (account === undefined) return /^\d+$/.test(user) ? `:${user}:${user}` : user;
  const [name = user, , , gid] = account;
  const groups = rowsOf(GROUP);
  const own = groups.find(([, , number]) => number === gid)?.[0];
  const others = groups.filter(
    ([group, , , members = ""]) => group !== own && members.split(",").includes(name),
  );
  if (others.length === 0 || own === undefined) return name;
  return [name, own, ...others.map(([group]) => group)].join(":");
}
