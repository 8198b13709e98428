/**
 * Whether a user may write to a directory.
 *
 * Source: path_resolution(7), the modes. Access lists are not looked at.
 *
 * Pure: values in, an answer out.
 */
const MAY_WRITE_AND_ENTER = 0o3;

export interface FileUser {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** The part of `Stat` that decides. */
interface OwnedFile {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export function mayWrite({ uid, gids }: FileUser, { mode, uid: owner, gid }: OwnedFile): boolean {
  if (uid === 0) return true;
  const shift = uid === owner ? 6 : gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & MAY_WRITE_AND_ENTER) === MAY_WRITE_AND_ENTER;
}
