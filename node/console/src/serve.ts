/** `runits-console`: puts the server together and runs it until a signal ends it. */
import { type FSWatcher, readdirSync, readFileSync, watch } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { hostname } from "node:os";
import { getRequestListener } from "@hono/node-server";
import type { Context } from "hono";
import { ConsoleError } from "./console-error.ts";
import { type ServeOptions, serveOptions } from "./options.ts";
import { ownGroup } from "./own-group.ts";
import { type AppOptions, appOf, type Env } from "./server/app.ts";
import { AuditLog } from "./server/audit.ts";
import {
  limitConnections,
  plainAddress,
  refuseBody,
  SERVER_LIMITS,
} from "./server/connection-limits.ts";
import type { EventStream } from "./server/event-stream.ts";
import { identification } from "./server/identification.ts";
import { pageFiles } from "./server/page-files.ts";
import { listen } from "./server/socket.ts";
import { TokenFile } from "./server/tokens.ts";
import { Board, SAMPLE_MS } from "./services/board.ts";
import { ClientMachine } from "./services/client-machine.ts";
import { follow } from "./services/follow.ts";
import { VERSION } from "./version.ts";

/** How long a request that runs at the end may take. */
const END_MS = 1_000;

/** @throws {ConsoleError} */
export async function serve(words: readonly string[]): Promise<void> {
  const options = serveOptions(words);
  if (process.geteuid?.() === 0 && !options.mayBeRoot) {
    throw new ConsoleError(
      "does not run as root: start it as a user of its own, as with chpst -u runits-console, " +
        "and let that user control services by sv grant (--allow-root overrides this)",
    );
  }
  try {
    readdirSync(options.services);
  } catch (error) {
    throw ConsoleError.from(error, `unable to read ${options.services}`);
  }
  const tokens = new TokenFile(options.state);
  const audit = new AuditLog(options.audit);
  const machine = new ClientMachine(options.services);
  const board = new Board(options.services);
  const streams = new Set<EventStream>();
  const ended = new AbortController();

  const addressOf = (c: Context<Env>) => clientAddress(c, options);
  const app = appOf({
    ...{ board, machine, audit, streams, addressOf },
    greeting: {
      host: hostname(),
      home: options.services,
      version: VERSION,
      grant: `sv grant :${ownGroup()}`,
      sample_ms: SAMPLE_MS,
    },
    allowedHosts: options.allowedHosts,
    basePath: options.basePath,
    page: pageFiles(),
    identify: identification({ options, tokens, audit, addressOf }),
  } satisfies AppOptions);
  const server = serverOf(options, getRequestListener(app.fetch));
  limitConnections(server, options.listen.kind === "tcp" && !options.isBehindProxy);

  const port = await listen(server, options.listen, options.socketGroup);
  const watcher = closeStolen(options.state, tokens, streams);
  await board.start();
  void follow(machine, board, ended.signal);
  announce(options, tokens, port);

  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, resolve);
  });
  ended.abort();
  watcher.close();
  board.close();
  for (const stream of streams) stream.close();
  server.close();
  setTimeout(() => server.closeAllConnections(), END_MS).unref();
  await machine.close();
  audit.close();
  if (signal === "SIGINT") process.exitCode = 0;
}

function serverOf(options: ServeOptions, answer: http.RequestListener): http.Server {
  const listener: http.RequestListener = (request, response) => {
    if (!refuseBody(request, response)) answer(request, response);
  };
  if (options.tls === undefined) return http.createServer(SERVER_LIMITS, listener);
  const { cert, key } = options.tls;
  try {
    const files = { cert: readFileSync(cert), key: readFileSync(key) };
    return https.createServer({ ...SERVER_LIMITS, ...files, minVersion: "TLSv1.2" }, listener);
  } catch (error) {
    if (error instanceof Error && "opensslErrorStack" in error) {
      throw new ConsoleError(`unable to use ${cert} and ${key}: ${error.message}`);
    }
    throw ConsoleError.from(error, `unable to read ${cert} or ${key}`);
  }
}

/** The address that a request came from; behind a proxy, the one that the proxy has seen. */
function clientAddress(c: Context<Env>, { isBehindProxy }: ServeOptions): string {
  const seen = plainAddress(c.env.incoming.socket.remoteAddress);
  if (!isBehindProxy) return seen;
  // A client may send the header too: the proxy has added the last address.
  return c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() || seen;
}

/** Ends the streams of a token as soon as it has been removed. */
function closeStolen(
  state: string,
  tokens: TokenFile,
  streams: ReadonlySet<EventStream>,
): FSWatcher {
  return watch(state, () => {
    for (const stream of streams) if (!isValid(tokens, stream)) stream.close();
  });
}

/** A file of tokens that cannot be read lets nobody in. */
function isValid(tokens: TokenFile, { user }: EventStream): boolean {
  try {
    return tokens.isValid(user);
  } catch {
    return false;
  }
}

/** Prints the address; at the first start, how to come in. The token goes to a terminal alone. */
function announce(options: ServeOptions, tokens: TokenFile, port: number | undefined): void {
  const { listen: where, basePath, tls } = options;
  if (where.kind === "unix") {
    console.log(`runits-console: listening on ${where.path}`);
    return;
  }
  const host = where.address.includes(":") ? `[${where.address}]` : where.address;
  const address = `${tls === undefined ? "http" : "https"}://${host}:${port}${basePath}`;
  const token = tokens.isNew ? tokens.add("admin", "all") : undefined;
  if (token === undefined) console.log(`runits-console: ${address}`);
  else if (process.stdout.isTTY) console.log(`runits-console: ${address}#token=${token}`);
  else console.log(`runits-console: ${address}, token in ${tokens.keepForOwner(token)}`);
}
