// Restarts services one after the other, each when the one before is ready, and leaves the rest
// alone if one does not become ready:
//
//     SVDIR=/etc/service node rolling-restart.mjs web-1 web-2
//
// Without names it restarts all services that run. Ctrl-C stops it; a restart that has begun goes on.
import { ServiceError, Services } from "runits-client";

const abort = new AbortController();
process.once("SIGINT", () => abort.abort(new Error("stopped by Ctrl-C")));
const options = { signal: abort.signal, timeoutMs: 60_000 };

const services = new Services();
const given = process.argv.slice(2);

for (const name of given.length > 0 ? given : await namesOfRunning()) {
  const service = services.get(name);
  try {
    const { pid } = await service.restart(options);
    console.log(`${name}: ready as process ${pid}`);
  } catch (error) {
    console.error(error.message);
    if (error instanceof ServiceError && error.code !== "NO_SERVICE") await printLog(service);
    process.exitCode = 1;
    break;
  }
}

async function namesOfRunning() {
  try {
    const all = await services.list();
    return all.filter(({ state }) => state === "running").map(({ service }) => service);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

async function printLog(service) {
  try {
    for await (const { time, line } of service.logs({ lines: 5 }))
      console.error(`  ${time} ${line}`);
  } catch (error) {
    console.error(`  ${error.message}`);
  }
}
