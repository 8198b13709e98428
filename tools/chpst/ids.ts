/**
 * The identity that `-u` and `-U` take: `USER[:GROUP...]` by names, or `:UID:GID[:GID...]` by
 * numbers.
 *
 * Pure: text in, meaning out; names are looked up in databases.ts.
 * Source: runit 2.1.2, chpst(8).
 */
import { isDigits } from "../../base/digits.ts";

export type Identity =
  /** A user, and groups that replace the user's own if there are any; `text` is the argument. */
  | {
      readonly by: "names";
      readonly user: string;
      readonly groups: readonly string[];
      readonly text: string;
    }
  /** The first of `gids` is the group id, all of them are the supplementary groups. */
  | { readonly by: "numbers"; readonly uid: number; readonly gids: readonly number[] }
  /** A user alone, as the aliases take it: a colon is part of the name. */
  | { readonly by: "account"; readonly user: string; readonly text: string }
  /** Invalid numbers; `text` follows the first colon. */
  | { readonly by: "nothing"; readonly text: string };

/** The largest id: the next one, -1, means "leave it" to the calls that take ids. */
const ID_MAX = 4_294_967_294;

export function parseIdentity(text: string): Identity {
  const [first = "", ...rest] = text.split(":");
  if (first !== "" || rest.length === 0) return { by: "names", user: first, groups: rest, text };
  const [uid, ...gids] = rest.map(parseId);
  if (uid === undefined || gids.length === 0 || !gids.every((gid) => gid !== undefined)) {
    return { by: "nothing", text: text.slice(1) };
  }
  return { by: "numbers", uid, gids };
}

/** Decimal digits, at least one, of at most {@link ID_MAX}: a typing error must not become root. */
export function parseId(text: string): number | undefined {
  if (!isDigits(text)) return undefined;
  const id = Number(text);
  return id <= ID_MAX ? id : undefined;
}
