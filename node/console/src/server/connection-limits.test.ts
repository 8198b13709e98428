import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { limitConnections } from "./connection-limits.ts";

const PER_ADDRESS = 20;

/** A server that answers nothing to its end, on a port. */
async function served(t: TestContext): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === "/whole") response.end("whole");
    else request.resume().once("end", () => response.write("begin"));
  });
  limitConnections(server, true);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function silentSocket(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}).resume();
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function ask(t: TestContext, port: number): Promise<IncomingMessage> {
  const request = get({ host: "127.0.0.1", port, agent: false });
  t.after(() => request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => {}).resume();
  return response;
}

/** @param sockets the oldest first */
async function assertOldestIsReplaced(
  t: TestContext,
  port: number,
  [oldest, ...others]: readonly Socket[],
): Promise<void> {
  const closed = once(oldest as Socket, "close");
  await ask(t, port);
  await closed;
  assert.deepEqual(
    others.filter((socket) => socket.closed),
    [],
  );
}

test("a connection takes the place of the oldest that has sent nothing", async (t) => {
  const port = await served(t);
  const silent: Socket[] = [];
  for (let n = 0; n < PER_ADDRESS; n += 1) silent.push(await silentSocket(t, port));
  await assertOldestIsReplaced(t, port, silent);
});

test("a connection takes the place of the oldest whose body is missing", async (t) => {
  const port = await served(t);
  const fields = ["Host: x", "Content-Length: 5", "Expect: 100-continue"];
  const headers = ["POST / HTTP/1.1", ...fields, "", ""].join("\r\n");
  const waiting: Socket[] = [];
  for (let n = 0; n < PER_ADDRESS; n += 1) {
    const socket = await silentSocket(t, port);
    // The server confirms the headers, so that it has them before the next connection.
    socket.write(headers);
    await once(socket, "data");
    waiting.push(socket);
  }
  await assertOldestIsReplaced(t, port, waiting);
});

test("a connection takes the place of one whose request has been answered", async (t) => {
  const port = await served(t);
  const idle: Socket[] = [];
  for (let n = 0; n < PER_ADDRESS; n += 1) {
    const socket = await silentSocket(t, port);
    socket.write("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    idle.push(socket);
  }
  await ask(t, port);
});

test("a connection does not take the place of one that has made a request", async (t) => {
  const port = await served(t);
  const answers: IncomingMessage[] = [];
  for (let n = 0; n < PER_ADDRESS; n += 1) answers.push(await ask(t, port));
  await assert.rejects(ask(t, port));
  assert.deepEqual(
    answers.filter((response) => response.closed),
    [],
  );
});
