/**
 * The file `access` of a service directory: the groups that may control a service or read its
 * status. A line is a grant and the name or number of a group; `#` begins a comment.
 *
 * Pure: text and modes.
 */

/** Of the service, and of its log service. */
export const GRANTS = ["control", "status", "log-control", "log-status"] as const;
export type Grant = (typeof GRANTS)[number];

/** The groups, one for each grant. */
export type Access = Readonly<Partial<Record<Grant, string>>>;

/** @returns or the line that is wrong, or the second of a grant */
export function parseAccess(text: string): Access | { readonly wrongLine: string } {
  const access: Partial<Record<Grant, string>> = {};
  for (const line of text.split("\n")) {
    const content = line.split("#", 1)[0] ?? "";
    const words = content
      .replaceAll("\t", " ")
      .split(" ")
      .filter((word) => word !== "");
    if (words.length === 0) continue;
    const [word, group = "", ...others] = words;
    const grant = GRANTS.find((one) => one === word);
    if (grant === undefined || group === "" || others.length > 0 || access[grant] !== undefined) {
      return { wrongLine: line };
    }
    access[grant] = group;
  }
  return access;
}

export function accessText(access: Access): string {
  return GRANTS.flatMap((grant) => {
    const group = access[grant];
    return group === undefined ? [] : [`${grant} ${group}\n`];
  }).join("");
}

export interface GroupMode {
  /** A group's number; `undefined`: the supervisor's own group. */
  readonly group: number | undefined;
  readonly permissions: number;
}

/** The modes of supervise/ and of its FIFOs. */
export interface SuperviseModes {
  readonly directory: GroupMode;
  readonly control: GroupMode;
  readonly ok: GroupMode;
}

const NOBODY: GroupMode = { group: undefined, permissions: 0o600 };

/**
 * sv writes to `ok` for every command, and to `control` to change the state. So a group that
 * controls reads the status too, unless another group reads it.
 */
export function modesFor(control: number | undefined, status: number | undefined): SuperviseModes {
  const toWrite = (group: number | undefined): GroupMode =>
    group === undefined ? NOBODY : { group, permissions: 0o620 };
  const isShared = control !== undefined && status !== undefined && control !== status;
  const group = control ?? status;
  const permissions = isShared ? 0o711 : group === undefined ? 0o700 : 0o710;
  return {
    directory: { group, permissions },
    control: toWrite(control),
    ok: toWrite(status ?? control),
  };
}
