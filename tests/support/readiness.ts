/** Services that report readiness, and what is published of it. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { type ReadyRecord, readReady, readyOf } from "../../protocol/ready.ts";
import type { ServiceDirectory } from "./service.ts";
import { eventually } from "./wait.ts";

/** A FIFO in the service directory, from which {@link SPEAKER} and other scripts take lines. */
const GO = "go";

export const makeGo = (dir: string): void => {
  execFileSync("mkfifo", [`${dir}/${GO}`]);
};

/** Gives the service one line, once it reads. */
export async function go(service: ServiceDirectory, line = ""): Promise<void> {
  const fd = await eventually(
    "a reader",
    () => openWriter(service.path(GO)),
    () => service.tell(),
  );
  try {
    writeSync(fd, `${line}\n`);
  } finally {
    closeSync(fd);
  }
}

/** @returns `undefined` if nobody reads */
function openWriter(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENXIO") return undefined;
    throw error;
  }
}

/**
 * A ./run that sends each line as a message, `;` for a newline, from its own process. It
 * writes `start`, and then each line that it has sent, to ./trace.
 */
export const SPEAKER = `exec perl -MSocket -e '
  use strict;
  open my $trace, ">>", "trace"; $trace->autoflush(1);
  $SIG{TERM} = sub { exit 0 };
  (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
  socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die;
  print $trace "start\\n";
  for (;;) {
    open(my $lines, "+<", "go") or next; # a signal
    while (my $line = <$lines>) {
      chomp $line; (my $text = $line) =~ tr/;/\\n/;
      defined send $socket, $text, 0, pack_sockaddr_un($name) or die $!;
      print $trace "$line\\n";
    }
  }'`;

/** The readiness of the process that runs; `undefined` if none is published. */
function readiness(service: ServiceDirectory): ReadyRecord | undefined {
  const status = service.statusIfThere();
  return status && readyOf(status, readReady(service.text("supervise/ready")));
}

export function isReady(service: ServiceDirectory): boolean {
  return readiness(service)?.readyAt !== undefined;
}

export async function untilReady(service: ServiceDirectory): Promise<ReadyRecord> {
  await service.untilTrue("readiness", () => isReady(service));
  return readiness(service) as ReadyRecord;
}

/** The process runs and has published that it is not ready. */
export async function untilNotReady(service: ServiceDirectory): Promise<void> {
  const isUnready = () => {
    const record = readiness(service);
    return record !== undefined && record.readyAt === undefined;
  };
  await service.untilTrue("not ready", isUnready);
}
