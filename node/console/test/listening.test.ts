/** Where the console listens, as whom it runs, and how its first user comes in. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as https from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../../tests/support/run.ts";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { asRoot } from "../../../tests/support/skip.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { answer, Console, NODE, START } from "./console.ts";

const SERVICES = { web: { run: FOREVER } };
const LIST = "/api/v1/services";

test("does not run as root", asRoot, async (t) => {
  const box = sandbox(t);
  const { code, stderr } = await run(box, [NODE, START, "--services", box.dir]);
  assert.equal(code, 1);
  assert.match(stderr, /^runits-console: does not run as root: .*sv grant .*--allow-root/);
  assert.equal(existsSync(join(box.dir, ".local")), false);
});

test("says which Node it needs on an older one", async (t) => {
  const box = sandbox(t);
  if (Number(process.versions.node.split(".")[0]) >= 22) return t.skip("this Node is new enough");
  const { code, stdout, stderr } = await run(box, [process.execPath, START, "--help"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^runits-console: needs Node 22\.12 or later, and this is v20.*\n$/);
});

const WRONG: readonly (readonly [string, RegExp])[] = [
  ["--listen 0.0.0.0:0", /beyond loopback/],
  ["--listen [::]:0", /beyond loopback/],
  ["--listen example.org:80", /beyond loopback/],
  ["--listen nonsense", /write ADDRESS:PORT or unix:PATH/],
  ["--listen 127.0.0.1:99999", /write ADDRESS:PORT/],
  ["--tls-cert /x", /belong together/],
  ["--tls-cert /nowhere --tls-key /nowhere", /unable to read \/nowhere.*no such file/],
  ["--user-header X-User", /needs --behind-proxy and --listen unix:PATH/],
  ["--user-header X-User --behind-proxy", /needs --behind-proxy and --listen unix:PATH/],
  ["--socket-group root", /needs --listen unix:PATH/],
  ["--socket-group nobody-has-this --listen unix:./s", /no such group/],
  ["--base-path runits", /such as \/runits\//],
  ["--base-path /../", /such as \/runits\//],
  ["--audit /nowhere/audit", /unable to open \/nowhere\/audit: no such file/],
  ["--audit /dev/null", /\/dev\/null: not a regular file/],
  ["--services /nowhere", /unable to read \/nowhere: no such file/],
  ["--no-such-option", /Unknown option '--no-such-option'[\s\S]*Usage:/],
  ["nonsense", /unknown command[\s\S]*Usage:/],
];

test("refuses to listen beyond loopback unprotected, and other wrong words", async (t) => {
  const box = sandbox(t);
  const common = ["--services", box.dir, "--state", join(box.dir, "state"), "--allow-root"];
  for (const [words, message] of WRONG) {
    const command = [NODE, START, ...common, ...words.split(" ")];
    const { code, stderr } = await run(box, words === "nonsense" ? [NODE, START, words] : command);
    assert.equal(code, 1, `${words}: ${stderr}`);
    assert.match(stderr, /^runits-console: /, words);
    assert.match(stderr, message, words);
    assert.doesNotMatch(stderr, /\n +at /, words);
  }
});

test("listens on loopback alone unless it is asked to", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const listening = readFileSync(`/proc/${served.pid}/net/tcp`, "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(portText(served.port)) && state === "0A");
  assert.deepEqual(
    listening.map(([, local]) => local),
    [`0100007F${portText(served.port)}`],
  );
});

function portText(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

test("writes its first token to a file for its owner, and its hash to another", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const { state, token } = served;
  assert.equal(statSync(state).mode & 0o777, 0o700);
  assert.equal(statSync(join(state, "admin-token")).mode & 0o777, 0o600);
  assert.equal(statSync(join(state, "tokens")).mode & 0o777, 0o600);
  assert.match(readFileSync(join(state, "tokens"), "utf8"), /^[0-9a-f]{64} all admin\n$/);
  assert.ok(!served.stdout.includes(token) && !served.stderr.includes(token));
  assert.match(served.stdout, /token in .*\/state\/admin-token\n$/);
  await served.end();
  await served.startAgain();
  assert.doesNotMatch(served.stdout, /token/);
  assert.equal((await served.ask(LIST, { token })).status, 200);
});

test("prints its first token on a terminal as the fragment of the address", async (t) => {
  const tree = scan(t, SERVICES);
  const state = join(tree.box.dir, "state");
  const words = [NODE, START, "--services", tree.services, "--state", state, "--allow-root"];
  const command = [...words, "--listen", "127.0.0.1:0"].map((word) => `'${word}'`).join(" ");
  const terminal = tree.box.start(["script", "-qec", command, "/dev/null"]);
  const [, port = "", token = ""] = await eventually(
    "address",
    () =>
      /http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})\r?\n/.exec(terminal.stdout()) ?? undefined,
    () => terminal.stdout() + terminal.stderr(),
  );
  assert.equal(existsSync(join(state, "admin-token")), false);
  const headers = { Authorization: `Bearer ${token}` };
  assert.equal(
    (await answer({ host: "127.0.0.1", port: Number(port), path: LIST, headers })).status,
    200,
  );
});

test("adds, lists and removes tokens", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const token = served.addToken("ann", "--read-only");
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(served.command("token", "list").stdout, "admin all\nann read-only\n");
  assert.equal(served.command("token", "remove", "ann").status, 0);
  assert.equal((await served.ask(LIST, { token })).status, 401);
  const missing = served.command("token", "remove", "ann");
  assert.deepEqual(
    [missing.status, missing.stderr],
    [1, 'runits-console: there is no token "ann"\n'],
  );
  for (const words of [["add"], ["add", "a b"], ["list", "x"], ["bake", "x"], []]) {
    assert.equal(served.command("token", ...words).status, 1, words.join(" "));
  }
});

test("trusts no tokens that others may write", async (t) => {
  const served = await Console.on(scan(t, SERVICES));
  const file = join(served.state, "tokens");
  spawnSync("chmod", ["644", file]);
  assert.equal((await served.ask(LIST)).status, 500);
  spawnSync("chmod", ["600", file]);
  assert.equal((await served.ask(LIST)).status, 200);
  writeFileSync(file, "nonsense\n");
  assert.equal((await served.ask(LIST)).status, 500);
  await eventually(
    "reason",
    () => served.stderr.includes("tokens: line 1 is no token") || undefined,
    () => served.stderr,
  );
});

test("on a UNIX socket the permissions of the socket are the right", asRoot, async (t) => {
  const tree = scan(t, SERVICES);
  const path = join(tree.box.dir, "socket");
  const audit = join(tree.box.dir, "audit");
  const args = ["--audit", audit, "--socket-group", "daemon"];
  const served = await Console.on(tree, { args, listen: `unix:${path}` });
  await tree.service("web").untilRunning();
  assert.equal(statSync(path).mode & 0o777, 0o660);
  assert.equal(statSync(path).gid, 1);
  const headers = { Host: "localhost" };
  assert.equal((await answer({ socketPath: path, path: LIST, headers })).status, 200);
  assert.equal(
    (await answer({ socketPath: path, path: LIST, headers: { Host: "evil" } })).status,
    403,
  );
  await served.end();
  assert.equal(existsSync(path), false);
});

test("behind a proxy takes the name of the user from its header, and lets nobody in without", async (t) => {
  const tree = scan(t, SERVICES);
  const path = join(tree.box.dir, "socket");
  const audit = join(tree.box.dir, "audit");
  const args = ["--audit", audit, "--behind-proxy", "--user-header", "X-User"];
  await Console.on(tree, { args, listen: `unix:${path}` });
  await tree.service("web").untilRunning();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const base = { Host: "localhost", "X-Forwarded-For": "6.6.6.6, 192.0.2.7" };
  assert.equal((await answer({ socketPath: path, path: LIST, headers: base })).status, 401);
  const headers = { ...base, "X-User": "ann", "Content-Type": "application/json" };
  const command = { socketPath: path, path: `${LIST}/web/commands`, method: "POST", headers };
  assert.equal((await answer(command, '{"command":"hup"}')).status, 200);
  const last = readFileSync(audit, "utf8").trimEnd().split("\n").at(-1) ?? "";
  const { user, address, service } = JSON.parse(last);
  assert.deepEqual(
    { user, address, service },
    { user: "ann", address: "192.0.2.7", service: "web" },
  );
});

test("removes the socket of a console that was killed, and no other file", async (t) => {
  const tree = scan(t, SERVICES);
  const path = join(tree.box.dir, "socket");
  spawnSync(NODE, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`,
  ]);
  assert.ok(statSync(path).isSocket());
  await Console.on(tree, { listen: `unix:${path}` });
  assert.equal(
    (await answer({ socketPath: path, path: "/", headers: { Host: "localhost" } })).status,
    200,
  );
  const file = join(tree.box.dir, "file");
  writeFileSync(file, "mine");
  const words = [
    "--services",
    tree.services,
    "--state",
    join(tree.box.dir, "other"),
    "--allow-root",
  ];
  const { code, stderr } = await run(tree.box, [NODE, START, "--listen", `unix:${file}`, ...words]);
  assert.deepEqual([code, readFileSync(file, "utf8")], [1, "mine"]);
  assert.match(stderr, /^runits-console: unable to listen on .*\/file: /);
});

test("serves below a base path, and nothing beside it", async (t) => {
  const served = await Console.on(scan(t, SERVICES), { args: ["--base-path", "/runits"] });
  assert.match(served.stdout, /:\d+\/runits\//);
  assert.equal((await served.ask("/runits/")).status, 200);
  assert.equal((await served.ask("/runits/api/v1/services")).status, 200);
  const { status, headers } = await served.ask("/runits");
  assert.deepEqual([status, headers.location], [308, "/runits/"]);
  for (const path of ["/", LIST, "/metrics"])
    assert.equal((await served.ask(path)).status, 404, path);
});

test("serves TLS with a certificate of the user", async (t) => {
  const tree = scan(t, SERVICES);
  const [cert, key] = [join(tree.box.dir, "cert.pem"), join(tree.box.dir, "key.pem")];
  const subject = [
    "-subj",
    "/CN=localhost",
    "-days",
    "2",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
  ];
  spawnSync("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ]);
  const served = await Console.on(tree, {
    args: ["--tls-cert", cert, "--tls-key", key],
    listen: "0.0.0.0:0",
  });
  assert.match(served.stdout, /https:\/\/0\.0\.0\.0:/);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { Authorization: `Bearer ${served.token}` };
    const where = { host: "127.0.0.1", port: served.port, path: LIST, headers, agent: false };
    https
      .get({ ...where, ca: readFileSync(cert) }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", reject);
  });
  assert.equal(status, 200);
  await assert.rejects(answer({ host: "127.0.0.1", port: served.port, path: LIST }));
});
