/**
 * The pipe and the socket by which ./run reports that it is ready: made before a start, or opened
 * again after a takeover.
 */
import * as posix from "posix";
import { isResourceExhaustion, onPosixError, reason } from "../base/errors.ts";
import type { Reactor } from "../base/reactor.ts";
import type { RecordedReports } from "../protocol/adopt.ts";
import { NotificationPipe } from "./notification-pipe.ts";
import { NotifySocket, newSocketName } from "./notify-socket.ts";
import type { ReadinessRules } from "./readiness-state.ts";
import type { ServiceOwner } from "./service-owner.ts";

export interface Channels {
  readonly pipe: NotificationPipe | undefined;
  readonly socket: NotifySocket | undefined;
  /** The random digits in the name of the socket. */
  readonly socketName: string | undefined;
}

/** @throws {PosixError} */
export function makeChannels(rules: ReadinessRules, reactor: Reactor): Channels {
  const pipe = rules.descriptor === undefined ? undefined : NotificationPipe.make(reactor);
  try {
    const socketName = rules.senders === undefined ? undefined : newSocketName();
    const socket =
      socketName === undefined ? undefined : NotifySocket.open(socketName, undefined, reactor);
    return { pipe, socket, socketName };
  } catch (error) {
    pipe?.close();
    throw error;
  }
}

/** Why {@link makeChannels} has failed, and what helps if the system is the reason. */
export function channelProblem(error: posix.PosixError): string {
  const isSocket = ["socket", "bind", "setsockopt"].includes(error.call);
  if (!isSocket) return `unable to create the pipe of notification-fd: ${reason(error)}`;
  const remedy = error.code === "ENOSYS" ? "; notification-fd works on this system" : "";
  return `unable to create the notify socket: ${reason(error)}${remedy}`;
}

/**
 * The rules for a process that was taken over: it reports by what it was given at its start,
 * whatever the files say by now.
 */
export function rulesOf(
  { notification, socket }: RecordedReports,
  files: ReadinessRules | undefined,
): ReadinessRules | undefined {
  const descriptor = notification?.[0];
  const senders = socket === undefined ? undefined : (files?.senders ?? "main");
  const check = files?.check;
  if (descriptor === undefined && senders === undefined && check === undefined) return undefined;
  const { timeoutMs, watchdogMs } = files ?? {};
  return { descriptor, senders, check, timeoutMs, watchdogMs };
}

/**
 * Opens the pipe and the socket of process `pid` again.
 *
 * @param isReady the pipe is not needed any more
 * @returns with `hasLost` whether a report may have found no reader
 * @throws {PosixError} a resource has run out
 */
export function reopenChannels(
  pid: number,
  { notification, socket: socketName }: RecordedReports,
  owner: ServiceOwner,
  isReady: boolean,
): { channels: Channels; hasLost: boolean } {
  const { reactor, reports } = owner.context;
  const kept = (type: number) => takeKept(reports, pid, type);
  const keptPipe = kept(posix.S_IFIFO);
  const keptSocket = kept(posix.S_IFSOCK);
  const pipe =
    notification === undefined || (isReady && keptPipe === undefined)
      ? undefined
      : NotificationPipe.reopen(pid, notification, keptPipe, reactor);
  const socket =
    socketName === undefined
      ? undefined
      : onPosixError<NotifySocket | undefined>(
          () => NotifySocket.open(socketName, keptSocket, reactor),
          (error) => {
            if (isResourceExhaustion(error)) throw error;
            owner.report.warn("unable to open the notify socket again", error);
            return undefined;
          },
        );
  const hasLostPipe = notification !== undefined && pipe === undefined;
  const hasLostSocket = socketName !== undefined && keptSocket === undefined;
  return { channels: { pipe, socket, socketName }, hasLost: hasLostPipe || hasLostSocket };
}

/** Takes a descriptor that this process handed over to itself when it re-execed. */
function takeKept(
  reports: Map<number, number> | undefined,
  pid: number,
  type: number,
): number | undefined {
  for (const [fd, of] of reports ?? []) {
    if (of !== pid || (posix.fstat(fd).mode & posix.S_IFMT) !== type) continue;
    reports?.delete(fd);
    return fd;
  }
  return undefined;
}
