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

interface Peer {
  readonly address: string;
  readonly socket: Socket;
}

/**
 * Limits the number of connections. One too many takes the place of the oldest that has no whole
 * request to be answered; without such a one it is closed. So connections that send nothing, or
 * headers without their body, keep nobody out.
 *
 * @param isLimited whether an address has a limit of its own: behind a proxy all have one
 */
export function limitConnections(server: Server, isLimited: boolean): void {
  /** The oldest first. */
  const peers = new Map<Socket | string, Peer>();
  /** Those of {@link peers} without a whole request, in the order in which they became so. */
  const silent = new Map<Socket | string, Peer>();
  const close = (key: Socket | string, { socket }: Peer): void => {
    peers.delete(key);
    silent.delete(key);
    socket.destroy();
  };
  const makeRoom = (among: (peer: Peer) => boolean, most: number): boolean => {
    const count = [...peers.values()].filter(among).length;
    if (count < most) return true;
    const oldest = [...silent].find(([, peer]) => among(peer));
    if (oldest !== undefined) close(...oldest);
    return oldest !== undefined;
  };
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    const peer = { address: plainAddress(socket.remoteAddress), socket };
    const isOwn = ({ address }: Peer) => address === peer.address;
    const hasRoom =
      (!isLimited || makeRoom(isOwn, PER_ADDRESS_MAX)) && makeRoom(() => true, CONNECTIONS_MAX);
    if (!hasRoom) {
      socket.destroy();
      return;
    }
    peers.set(key, peer);
    silent.set(key, peer);
    socket.once("close", () => {
      if (peers.get(key) === peer) close(key, peer);
    });
  });
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(request.socket);
    if (hasBody(request)) request.once("end", () => silent.delete(key));
    else silent.delete(key);
    response.once("close", () => {
      const peer = peers.get(key);
      if (peer !== undefined) silent.set(key, peer);
    });
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The same for a socket and for the one of TLS upon it; those of UNIX sockets have no port. */
function keyOf(socket: Socket): Socket | string {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort}`;
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
