/**
 * `sv grant`: lets groups read the status of services, and control them. A program of its own,
 * sv/words/grant.
 *
 * It writes the grant to `access` in the service directory, which runsv applies whenever it starts,
 * and then changes the modes of supervise/. A command that was killed in between is repeated.
 */
import * as posix from "posix";
import { Directory, isFull } from "../../../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError, reason } from "../../../base/errors.ts";
import { groupId, othersInGroupOf } from "../../../base/groups.ts";
import { quoted } from "../../../base/quoted.ts";
import {
  type Access,
  accessText,
  GRANTS,
  type Grant,
  modesFor,
  parseAccess,
} from "../../../protocol/access.ts";
import { setSuperviseModes } from "../../../supervisor/supervise-modes.ts";
import type { NamedService } from "../service.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { firstNames } from "./first-names.ts";
import { type GrantRequest, SPEC } from "./grant-options.ts";
import { nameMembers, streamLine } from "./json.ts";
import { servicesOf } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { printing, WordOutput } from "./word-output.ts";

const FILE = "access";
const TEXT_MAX_BYTES = 4_096;

/** Why a service is not changed: thrown and caught here. */
class GrantError extends Error {}

/** What the command does to the grants of each service. */
type Change = (access: Access) => Access;

export function run(words: readonly string[], _context: WordContext): number {
  const request: GrantRequest = {
    color: "auto",
    json: false,
    action: "grant",
    isStatusOnly: false,
    withLog: false,
    replaces: false,
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const isGrant = request.action === "grant";
  const [who = "", ...others] = operands;
  const names = isGrant ? others : operands;
  if (names.length === 0) return usage(SPEC, "no service");
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const group = isGrant ? groupOf(who, output) : "";
    if (group === undefined) return;
    const services = servicesOf(names, output);
    suggestOthers(services);
    const change = changeOf(request, group);
    for (const service of services) apply(service, change, request, output);
  });
}

/** The name or number of an existing group; reports that there is none. */
function groupOf(who: string, output: WordOutput): string | undefined {
  const isGroup = who.startsWith(":");
  const group = isGroup ? who.slice(1) : who;
  try {
    if (!isGroup) {
      const others = othersInGroupOf(group);
      if (others.length === 0) return group;
      output.fail(`${quoted(who)} ${noOwnGroup(others, quoted(who))}`);
      return undefined;
    }
    if (isOneWord(group) && groupId(group) !== undefined) return group;
    output.fail(`${quoted(group)} is no group in /etc/group`);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    output.fail(`unable to look up ${quoted(who)}: ${reason(error)}`);
  }
  return undefined;
}

/** @param others as {@link othersInGroupOf} returns them */
function noOwnGroup(others: ReturnType<typeof othersInGroupOf>, who: string): string {
  const remedy = (group: string) => `(grant it to a group: sv grant :${group} SERVICE)`;
  if (others === "no user") return `is no user in /etc/passwd ${remedy("GROUP")}`;
  if (others === "no group") return `has no group of his own ${remedy("GROUP")}`;
  const are = others.length === 1 ? "is" : "are";
  return `shares his group: ${firstNames(others)} ${are} in it too ${remedy(who)}`;
}

/** As the file `access` can hold it. */
function isOneWord(name: string): boolean {
  return ![..." \t\n#"].some((character) => name.includes(character));
}

function changeOf(request: GrantRequest, group: string): Change | undefined {
  const { action, isStatusOnly, withLog, replaces } = request;
  if (action === "show") return undefined;
  if (action === "revoke") return () => ({});
  const main: Grant = isStatusOnly ? "status" : "control";
  const grants: readonly Grant[] = withLog ? [main, `log-${main}`] : [main];
  return (access) => {
    for (const grant of grants) {
      const former = access[grant];
      if (former !== undefined && former !== group && !replaces) {
        throw new GrantError(`${grant} is granted to :${former} (--replace takes it away)`);
      }
    }
    return { ...access, ...Object.fromEntries(grants.map((grant) => [grant, group])) };
  };
}

function apply(
  service: NamedService,
  change: Change | undefined,
  { json, action }: GrantRequest,
  output: WordOutput,
): void {
  const { name, path } = service;
  let home: Directory | undefined;
  try {
    home = Directory.open(path);
    const before = readAccess(home.fd);
    const after = change?.(before) ?? before;
    if (change !== undefined) {
      write(home, after);
      setModes(home.fd, action === "revoke" ? GRANTS : grantsIn(before, after), after);
    }
    const text = json ? jsonLine(name, after) : textLine(service, after, change !== undefined);
    output.write(text);
  } catch (error) {
    const root = isPosixError(error, "EACCES", "EPERM") ? " (run as root)" : "";
    if (error instanceof GrantError) output.fail(`${quoted(name)}: ${error.message}`);
    else if (isPosixError(error) || isFull(error)) {
      const failed = isPosixError(error) ? error : { call: "write", code: "ENOSPC" };
      output.fail(`${quoted(name)}: unable to ${failed.call}: ${reason(failed)}${root}`);
    } else throw error;
  } finally {
    home?.close();
  }
}

function readAccess(home: number): Access {
  const text = posix.readText(home, FILE, TEXT_MAX_BYTES, posix.O_NOFOLLOW) ?? "";
  const access = parseAccess(text);
  if (!("wrongLine" in access)) return access;
  throw new GrantError(`./access: ${quoted(access.wrongLine)} is not a grant and a group`);
}

function write(home: Directory, access: Access): void {
  const text = accessText(access);
  if (text === "") ignoring(["ENOENT"], () => posix.unlink(home.fd, FILE, 0));
  else home.replace(FILE, text);
}

function grantsIn(before: Access, after: Access): readonly Grant[] {
  return GRANTS.filter((grant) => before[grant] !== undefined || after[grant] !== undefined);
}

/** Changes the modes of the supervise directories that `grants` are about. */
function setModes(home: number, grants: readonly Grant[], access: Access): void {
  for (const [supervise, control, status] of [
    ["supervise", "control", "status"],
    ["log/supervise", "log-control", "log-status"],
  ] as const) {
    if (!grants.includes(control) && !grants.includes(status)) continue;
    const modes = modesFor(idOf(access[control]), idOf(access[status]));
    const ok = ignoring(["ENOTDIR"], () => posix.stat(home, `${supervise}/ok`, 0));
    if (ok === undefined) continue; // the supervisor that makes it applies the file
    if (!setSuperviseModes(home, supervise, modes)) {
      throw new GrantError(`${supervise} has a control or ok that is not a fifo`);
    }
  }
}

function idOf(group: string | undefined): number | undefined {
  if (group === undefined) return undefined;
  const id = groupId(group);
  if (id === undefined) throw new GrantError(`./access: no group ${quoted(group)} in /etc/group`);
  return id;
}

function textLine(service: NamedService, access: Access, isChange: boolean): string {
  const grants = GRANTS.filter((grant) => access[grant] !== undefined);
  const texts = grants.map((grant) => `${grant} :${access[grant]}`);
  const notes: string[] = [];
  if (isChange && grants.length > 0 && isOfRunit(service)) {
    notes.push("until supervise/ is made anew, because its supervisor is not of runits");
  }
  if (
    access.status !== undefined &&
    access.control !== undefined &&
    access.status !== access.control
  ) {
    notes.push(`who controls must be in :${access.status} too`);
  }
  const text = texts.length === 0 ? "nobody but its owner" : texts.join(", ");
  const note = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return `${isChange ? "ok: " : ""}${quoted(service.name)}: ${text}${note}\n`;
}

/** A supervisor of runits makes supervise/event. */
function isOfRunit(service: NamedService): boolean {
  const has = (file: "supervise/ok" | "supervise/event") =>
    ignoringErrors(() => service.has(file)) === true;
  return has("supervise/ok") && !has("supervise/event");
}

function jsonLine(name: string, access: Access): string {
  const members = GRANTS.map((grant) => [grant.replace("-", "_"), access[grant]] as const);
  return streamLine({ ...nameMembers("name", name), ...Object.fromEntries(members) });
}
