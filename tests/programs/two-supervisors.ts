/**
 * Supervises every service directory that it is given, all in this one process, far from their
 * directories: a supervisor is an object on the reactor, and keeps to itself.
 *
 * two-supervisors.test.ts runs it.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { Reactor } from "../../base/reactor.ts";
import { Report } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { start } from "../../base/start.ts";
import { writeStderr } from "../../base/write-stderr.ts";
import { Supervisor } from "../../supervisor/supervisor.ts";

const EXIT_FATAL = 111;

start(([, ...paths]) => {
  const reactor = new Reactor(new Signals([posix.SIGTERM], []));
  const supervisors = new Map<string, Supervisor>();
  for (const path of paths) {
    const onExited = (): void => {
      supervisors.get(path)?.close();
      supervisors.delete(path);
      if (supervisors.size === 0) reactor.stop(0);
    };
    const report = new Report(`runsv ${path}`, EXIT_FATAL, writeStderr);
    const home = Directory.open(path);
    const context = { reactor, onExited };
    supervisors.set(path, new Supervisor({ home, report, context, place: undefined }));
  }
  posix.chdir("/");
  for (const supervisor of supervisors.values()) supervisor.begin();
  reactor.onSignal(posix.SIGTERM, () => {
    for (const supervisor of supervisors.values()) supervisor.control("x");
  });
  return reactor.run();
});
