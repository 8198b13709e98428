/**
 * Limits what connections can cost: their number, for an address too, the time for headers and for
 * a body, and the size of a body.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const CONNECTIONS_MAX = 100;
const PER_ADDRESS_MAX = 20;
const BODY_MAX_BYTES = 65_536;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** The options of the server that limit times. */
export const SERVER_LIMITS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  // How often Node looks for connections that are late.
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
} as const;

/** @param isLimited whether an address has a limit of its own: behind a proxy all have one */
export function limitConnections(server: Server, isLimited: boolean): void {
  const counts = new Map<string, number>();
  server.maxConnections = CONNECTIONS_MAX;
  server.on("connection", (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress);
    if (!isLimited || address === "") return;
    const count = (counts.get(address) ?? 0) + 1;
    if (count > PER_ADDRESS_MAX) {
      socket.destroy();
      return;
    }
    counts.set(address, count);
    socket.once("close", () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
  });
}

/**
 * Answers a request whose body has no length or a large one, so that nobody reads it.
 *
 * @returns whether it has done so
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  const status = encoding !== undefined ? 411 : Number(length ?? 0) > BODY_MAX_BYTES ? 413 : 0;
  if (status === 0) return false;
  response.writeHead(status, { Connection: "close", "Content-Type": "text/plain" });
  const limit = `at most ${BODY_MAX_BYTES} bytes, with a Content-Length`;
  response.end(`A request has ${limit}.\n`, () => request.socket.destroy());
  return true;
}

/** An IPv4 address that came through a socket for IPv6 is the same. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:/, "");
}
