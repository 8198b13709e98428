/** Who gets an answer from the console, and who does not. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { Console, Events } from "./console.ts";

const SERVICES = { web: { run: FOREVER } };
const LIST = "/api/v1/services";

/** Sends bytes as they are. @returns what comes back until the other side closes */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    // Closing with something unread, a server resets the connection behind its answer.
    socket.on("error", (error) => {
      if (answer === "") reject(error);
    });
    socket.on("close", () => resolve(answer));
  });
}

test("answers nobody without a token, on loopback too", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  for (const path of [LIST, `${LIST}/web`, "/api/v1/events", "/api/v1/graph", "/metrics"]) {
    for (const token of ["", "wrong"]) {
      const { status, body } = await served.ask(path, { token });
      assert.equal(status, 401, `${path} ${token}`);
      assert.doesNotMatch(body, /web/);
    }
  }
  assert.equal((await served.ask(LIST)).status, 200);
});

test("takes a token from nowhere but the Authorization header", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const { token } = served;
  const elsewhere = [
    await served.ask(`${LIST}?token=${token}`, { token: "" }),
    await served.ask(LIST, { token: "", headers: { Cookie: `token=${token}` } }),
    await served.ask(LIST, { token: "", headers: { Authorization: `Basic ${token}` } }),
  ];
  assert.deepEqual(
    elsewhere.map(({ status }) => status),
    [401, 401, 401],
  );
});

test("refuses requests that another origin makes", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const own = `http://127.0.0.1:${served.port}`;
  const status = async (headers: Readonly<Record<string, string>>) =>
    (await served.ask(LIST, { headers })).status;
  assert.equal(await status({ Origin: own }), 200);
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1", "file://"]) {
    assert.equal(await status({ Origin: origin }), 403, origin);
  }
  assert.equal(await status({ "Sec-Fetch-Site": "cross-site" }), 403);
  assert.equal(await status({ "Sec-Fetch-Site": "same-site" }), 403);
  assert.equal(await status({ "Sec-Fetch-Site": "same-origin" }), 200);
  const preflight = await served.ask(LIST, {
    method: "OPTIONS",
    headers: { Origin: "http://evil.example", "Access-Control-Request-Method": "POST" },
  });
  assert.equal(preflight.status, 403);
  assert.equal(preflight.headers["access-control-allow-origin"], undefined);
});

test("refuses a foreign Host header, and none", async (t) => {
  const served = await Console.on(scan(t, SERVICES), { args: ["--allow-host", "box.example"] });
  const { port } = served;
  const status = async (host: string) =>
    (await served.ask(LIST, { headers: { Host: host } })).status;
  for (const host of [
    "localhost",
    `127.0.0.1:${port}`,
    "[::1]:80",
    "box.example",
    "BOX.example:1",
  ]) {
    assert.equal(await status(host), 200, host);
  }
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil", "@x"]) {
    assert.ok([400, 403].includes(await status(host)), host);
  }
  const authorization = `Authorization: Bearer ${served.token}`;
  assert.match(
    await raw(port, `GET ${LIST} HTTP/1.0\r\n${authorization}\r\n\r\n`),
    /^HTTP\/1.1 40[03]/,
  );
  const close = `${authorization}\r\nConnection: close`;
  assert.match(await raw(port, `GET ${LIST} HTTP/1.1\r\n${close}\r\n\r\n`), /^HTTP\/1.1 400/);
});

test("gives a read-only token no command, and a metrics-only token nothing but metrics", async (t) => {
  const tree = scan(t, SERVICES);
  const served = await Console.on(tree);
  const { pid } = await tree.service("web").untilRunning();
  const readOnly = served.addToken("reader", "--read-only");
  const metricsOnly = served.addToken("prometheus", "--metrics-only");
  assert.equal((await served.ask(LIST, { token: readOnly })).status, 200);
  assert.equal((await served.order("web", "kill", { token: readOnly })).status, 403);
  assert.equal((await served.ask("/metrics", { token: metricsOnly })).status, 200);
  for (const path of [LIST, "/api/v1/events", "/api/v1/openapi.json"]) {
    assert.equal((await served.ask(path, { token: metricsOnly })).status, 403, path);
  }
  assert.equal((await served.order("web", "kill", { token: metricsOnly })).status, 403);
  assert.equal(tree.service("web").status().pid, pid);
});

test("takes ten wrong tokens a minute from an address, and locks nobody out who was in", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const status = async (token: string, from = "127.0.0.1") =>
    (await served.ask(LIST, { token, from })).status;
  const other = served.addToken("other");
  assert.equal(await status(served.token), 200);
  for (let count = 0; count < 10; count += 1) assert.equal(await status(`wrong${count}`), 401);
  assert.equal(await status("wrong"), 429);
  assert.equal(await status(other), 429);
  assert.equal(await status(served.token), 200);
  assert.equal(await status(other, "127.0.0.2"), 200);
});

test("closes the streams of a token that is removed, and accepts it no more", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const stolen = served.addToken("laptop");
  const [thief, owner] = [new Events(served, stolen), new Events(served)];
  await thief.until("state", ({ type }) => (type === "services" ? true : undefined));
  assert.equal(served.command("token", "remove", "laptop").status, 0);
  await eventually(
    "end of the stream",
    () => thief.isEnded || undefined,
    () => "open",
  );
  assert.equal((await served.ask(LIST, { token: stolen })).status, 401);
  assert.equal(owner.isEnded, false);
  owner.close();
});

test("sets no cookie, and sends with each answer what keeps other pages out", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  for (const path of ["/", "/page.js", LIST, "/metrics", "/nowhere"]) {
    const { headers } = await served.ask(path);
    assert.equal(headers["set-cookie"], undefined, path);
    assert.equal(headers["access-control-allow-origin"], undefined, path);
    const policy = headers["content-security-policy"] as string;
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.equal(headers["cache-control"], "no-store", path);
  }
});

test("refuses a body without end, a large one, and one that is not JSON", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const { port, token } = served;
  const head = [
    `POST ${LIST}/web/commands HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
  ].join("\r\n");
  const endless = await raw(port, `${head}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  assert.match(endless, /^HTTP\/1.1 411/);
  const large = await raw(port, `${head}\r\nContent-Length: 65537\r\n\r\n{`);
  assert.match(large, /^HTTP\/1.1 413/);
  const endlessGet = `GET ${LIST} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`;
  assert.match(await raw(port, endlessGet), /^HTTP\/1.1 411/);
  const post = (body: string, type: string) =>
    served.ask(`${LIST}/web/commands`, {
      ...{ method: "POST", body },
      headers: { "Content-Type": type },
    });
  assert.equal((await post('{"command":"up"}', "text/plain")).status, 415);
  for (const body of ["", "{", "[]", "null", '{"command":"x"}', '{"command":["up"]}']) {
    assert.equal((await post(body, "application/json")).status, 400, body);
  }
});

test("survives 1,000 connections that send nothing", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const connecting = new Set<Socket>();
  const open = new Set<Socket>();
  const sockets = Array.from({ length: 1_000 }, () => {
    const socket = connect(served.port, "127.0.0.1");
    connecting.add(socket);
    socket.on("connect", () => {
      connecting.delete(socket);
      open.add(socket);
    });
    socket.on("error", () => {});
    socket.resume(); // otherwise nobody notices the end
    return new Promise<void>((resolve) => {
      socket.on("close", () => {
        connecting.delete(socket);
        open.delete(socket);
        resolve();
      });
    });
  });
  t.after(() => Promise.all(sockets));
  await eventually(
    "20 connections",
    () => (connecting.size === 0 && open.size <= 20) || undefined,
    () => `${connecting.size} connect, ${open.size} are open`,
  );
  // Those that come later may take the place of this one too.
  const ask = (from: string) => served.ask(LIST, { from }).catch(() => undefined);
  for (const from of ["127.0.0.1", "127.0.0.2"]) {
    while ((await ask(from))?.status !== 200) assert.ok(open.size <= 20, `${open.size}`);
  }
  // The others are closed when their time is over.
  await Promise.all(sockets);
});

test("answers a path out of the services or their logs as one that is not there", async (t) => {
  const tree = scan(t, {
    web: {
      run: FOREVER,
      log: {
        run: FOREVER,
        files: { directory: "main\n", "main/current": { link: "/etc/passwd" } },
      },
      files: { finish: { link: "/etc/passwd" } },
    },
  });
  const served = await Console.on(tree);
  await tree.service("web").untilRunning();
  for (const name of [
    "..",
    "%2e%2e",
    "..%2f..%2fetc",
    "web%2f..%2fweb",
    "web%2flog",
    "%00",
    "%ff",
  ]) {
    for (const part of ["", "/log", "/files", "/why", "/history"]) {
      const { status } = await served.ask(`${LIST}/${name}${part}`);
      assert.ok([404, 400].includes(status), `${name}${part}: ${status}`);
    }
  }
  for (const path of ["/../../etc/passwd", "/%2e%2e/package.json", "/start.js"]) {
    assert.equal((await served.ask(path)).status, 404, path);
  }
  for (const part of ["log", "files", "why", "log?search=root&lines=100"]) {
    const { status, body } = await served.ask(`${LIST}/web/${part}`);
    assert.equal(status, 200, part);
    assert.doesNotMatch(body, /root:/, part);
  }
});

test("writes commands, logins and refusals to the audit log, for its owner alone", async (t) => {
  const tree = scan(t, SERVICES);
  const file = `${tree.box.dir}/audit`;
  const served = await Console.on(tree, { args: ["--audit", file] });
  await tree.service("web").untilRunning();
  await served.order("web", "hup");
  await served.ask(LIST, { token: "wrong" });
  await served.ask(LIST, { headers: { Host: "evil.example" } });
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    events.map(({ event, user, service, command, result }) => [
      event,
      user,
      service,
      command,
      result,
    ]),
    [
      ["login", "admin", undefined, undefined, "all"],
      ["command", "admin", "web", "hup", "done"],
      ["refused", undefined, undefined, undefined, "no valid token"],
      [
        "refused",
        undefined,
        undefined,
        undefined,
        'the host "evil.example" is not allowed (--allow-host)',
      ],
    ],
  );
  assert.ok(events.every(({ time, address }) => Date.parse(time) > 0 && address === "127.0.0.1"));
  assert.doesNotMatch(readFileSync(file, "utf8"), new RegExp(served.token));
});

test("records little of a long header, and counts what it does not record", async (t) => {
  const tree = scan(t, SERVICES);
  const file = `${tree.box.dir}/audit`;
  const served = await Console.on(tree, { args: ["--audit", file] });
  const headers = { Host: `${"x".repeat(10_000)}.example` };
  const sent = 200;
  for (let count = 0; count < sent; count += 1) {
    assert.equal((await served.ask(LIST, { headers })).status, 403);
  }
  await served.end();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  assert.ok(lines.every((line) => line.length < 500));
  const counts = lines.map((line) => {
    const { result } = JSON.parse(line) as { result: string };
    return Number(/^(\d+) more requests$/.exec(result)?.[1] ?? 1);
  });
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    sent,
  );
});
