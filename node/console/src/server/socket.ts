/** Opens the socket of the server. */
import { chmodSync, chownSync, lstatSync, readFileSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { ConsoleError } from "../console-error.ts";
import type { Listen } from "../options.ts";

const OWNER_ONLY = 0o600;
const WITH_GROUP = 0o660;
const ALL_BUT_OWNER = 0o177;

/**
 * @param group who else may connect to a UNIX socket
 * @returns the port; `undefined` for a UNIX socket
 * @throws {ConsoleError}
 */
export async function listen(
  server: Server,
  where: Listen,
  group: string | undefined,
): Promise<number | undefined> {
  if (where.kind === "tcp") {
    await listening(server, () => server.listen(where.port, where.address), where.address);
    return (server.address() as AddressInfo).port;
  }
  const { path } = where;
  const gid = group === undefined ? undefined : groupId(group);
  await removeUnused(path);
  const mask = process.umask(ALL_BUT_OWNER);
  try {
    await listening(server, () => server.listen(path), path);
  } finally {
    process.umask(mask);
  }
  try {
    if (gid !== undefined) chownSync(path, -1, gid);
    chmodSync(path, gid === undefined ? OWNER_ONLY : WITH_GROUP);
  } catch (error) {
    throw ConsoleError.from(error, `unable to give ${path} to group ${group}`);
  }
  return undefined;
}

async function listening(server: Server, begin: () => void, what: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    begin();
  }).catch((error: unknown) => {
    throw ConsoleError.from(error, `unable to listen on ${what}`);
  });
}

/** Removes a socket that a console which was killed has left. */
async function removeUnused(path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket()) return;
  } catch {
    return;
  }
  const isUsed = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => resolve(true));
    probe.once("error", () => resolve(false));
    probe.once("connect", () => probe.destroy());
  });
  if (!isUsed) unlinkSync(path);
}

/** @throws {ConsoleError} there is no such group in /etc/group */
function groupId(name: string): number {
  const lines = readFileSync("/etc/group", "utf8").split("\n");
  const fields = lines.map((line) => line.split(":")).find(([known]) => known === name);
  if (fields === undefined) throw new ConsoleError(`--socket-group ${name}: no such group`);
  return Number(fields[2]);
}
