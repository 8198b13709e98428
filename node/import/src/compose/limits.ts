/** Limits and privileges of a service in a compose file, as options of chpst. */
import type { Note } from "../note.ts";
import { type Fields, isRecord } from "../tree/fields.ts";

interface Limits {
  readonly options: readonly string[];
  readonly notes: readonly Note[];
}

/** Those that `chpst --limit` has. */
const RESOURCES = new Set("as core cpu data fsize memlock nofile nproc rss stack".split(" "));
const NO_NEW_PRIVILEGES = /^no-new-privileges([:=]true)?$/;

export function limitsOf(fields: Fields): Limits {
  const options: string[] = [];
  const notes: Note[] = [];
  const ulimits = fields.fields("ulimits");
  for (const name of ulimits?.names ?? []) {
    const value = limitOf(ulimits?.get(name));
    if (RESOURCES.has(name) && value !== undefined) options.push("--limit", `${name}=${value}`);
    else notes.push({ ...fields.place("ulimits", name), text: `ulimits: chpst has no ${name}` });
  }
  const dropped = fields.list("cap_drop") ?? [];
  if (dropped.length > 0) {
    const names = dropped.map((name) => name.toLowerCase().replace(/^cap_/, ""));
    options.push("--cap-drop", names.join(","));
  }
  const score = fields.text("oom_score_adj");
  if (score !== undefined) options.push("--oom-score", score);
  for (const [index, text] of (fields.list("security_opt") ?? []).entries()) {
    if (NO_NEW_PRIVILEGES.test(text)) options.push("--no-new-privs");
    else {
      const place = fields.place("security_opt", index);
      notes.push({ ...place, text: `security_opt: ${text} has no counterpart here` });
    }
  }
  return { options, notes };
}

/** -1 is no limit. */
function limitOf(value: unknown): string | undefined {
  if (isRecord(value)) return [value.soft, value.hard].map(numberOf).join(":");
  return value === undefined ? undefined : numberOf(value);
}

function numberOf(value: unknown): string {
  return `${value}` === "-1" ? "unlimited" : `${value ?? ""}`;
}
