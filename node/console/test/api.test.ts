/** What the API answers, beside the OpenAPI document and the commands of sv. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { runTool } from "../../../tests/support/run.ts";
import { type Scan, scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { ours } from "../../../tests/support/suite.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { Console, Events } from "./console.ts";

const LOGGED = { run: "exec svlogd -t ./main", files: { "main/config": "n3\n" } };
const SERVICES = {
  web: {
    run: `echo "listening on <80>"; ${FOREVER}`,
    log: LOGGED,
    finish: "exit 0",
    files: { "timeout-kill": "5000\n", "env/SECRET": "hush\n", "needs/db": "" },
  },
  db: { run: FOREVER },
  flaky: { run: "exit 3", files: { "max-death-tally": "1\n" } },
  off: { run: FOREVER, down: true },
};
const LIST = "/api/v1/services";

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly pid?: number;
  readonly last_exit?: { readonly code?: number };
}

async function untilSummary(served: Console, name: string, summary: string): Promise<Described> {
  const events = new Events(served);
  try {
    return await events.until(`${name} ${summary}`, (message) => {
      const service = message.service as Described | undefined;
      return service?.name === name && service.summary === summary ? service : undefined;
    });
  } finally {
    events.close();
  }
}

async function settled(t: Parameters<typeof scan>[0]): Promise<readonly [Scan, Console]> {
  const tree = scan(t, SERVICES);
  await tree.service("web").untilRunning();
  await tree.service("db").untilRunning();
  const served = await Console.on(tree);
  await untilSummary(served, "flaky", "failed");
  await untilSummary(served, "web", "running");
  return [tree, served];
}

test("answers as its OpenAPI document says", async (t) => {
  const [, served] = await settled(t);
  const document = await served.json<OpenApi>("/api/v1/openapi.json");
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "api", ...document });
  const exact = (schema: object) => ajv.compile(closed(schema) as object);
  let compared = 0;
  for (const [path, { get }] of Object.entries(document.paths)) {
    const schema = get?.responses["200"]?.content?.["application/json"]?.schema;
    if (schema === undefined) continue;
    const names = path.includes("{name}") ? Object.keys(SERVICES) : [""];
    for (const name of names) {
      const body = await served.json<unknown>(path.replace("{name}", name));
      const validate = exact(schema);
      assert.ok(validate(body), `${path} ${name}: ${JSON.stringify(validate.errors)}`);
      compared += 1;
    }
  }
  assert.ok(compared > 15, `${compared}`);
  const validate = exact({ $ref: "#/components/schemas/Failure" });
  for (const path of [`${LIST}/nowhere`, "/nowhere", `${LIST}/web/log?lines=x`]) {
    const { body, headers } = await served.ask(path);
    assert.match(headers["content-type"] ?? "", /^application\/json/);
    assert.ok(validate(JSON.parse(body)), body);
  }

  /** The schemas as they are, but for members that they do not name: a test wants none. */
  function closed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(closed);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([key, member]) =>
      key === "$ref" ? [key, member] : [key, closed(member)],
    );
    const copy = Object.fromEntries(members) as Record<string, unknown>;
    if (typeof copy.$ref === "string") {
      const name = copy.$ref.split("/").at(-1) ?? "";
      return closed(document.components.schemas[name]);
    }
    if (copy.properties !== undefined) copy.additionalProperties = false;
    return copy;
  }
});

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get?: {
          readonly responses: Readonly<
            Record<string, { content?: Readonly<Record<string, { schema?: object }>> }>
          >;
        };
      }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

test("gives the commands of sv, and answers with the state after them", async (t) => {
  const [tree, served] = await settled(t);
  const state = async (name: string, command: string) => {
    const { status, body } = await served.order(name, command);
    assert.equal(status, 200, body);
    return (JSON.parse(body) as { service: Described }).service;
  };
  assert.equal((await state("off", "up")).summary, "running");
  assert.equal((await state("off", "down")).summary, "stopped");
  const before = tree.service("db").status().pid;
  assert.notEqual((await state("db", "kill")).pid, 0);
  await eventually(
    "another process",
    () => tree.service("db").status().pid !== before || undefined,
    () => "",
  );
  const { summary, pid } = await state("web", "restart");
  assert.deepEqual([summary, pid], ["running", tree.service("web").status().pid]);
  await state("web", "pause");
  await untilSummary(served, "web", "paused");
  await state("web", "cont");
  await untilSummary(served, "web", "running");
});

test("says why a command fails, and which command would help", async (t) => {
  const [, served] = await settled(t);
  const failure = async (name: string, command: string) => {
    const { status, body } = await served.order(name, command);
    return [status, (JSON.parse(body) as { error: { code: string } }).error.code] as const;
  };
  assert.deepEqual(await failure("nowhere", "up"), [404, "NO_SERVICE"]);
  const [status, code] = await failure("flaky", "up");
  assert.deepEqual([status, code], [409, "FAILED"]);
});

test("shows why, the history, the graph and the files as sv does, and no secrets", async (t) => {
  const [tree, served] = await settled(t);
  const why = await served.json<{ answer: string; fine: boolean }>(`${LIST}/flaky/why`);
  const env = { SVDIR: tree.services };
  const said = await runTool(tree.box, ours, "sv", ["why", "--json", "flaky"], { env });
  assert.deepEqual([said.code, said.stderr], [0, ""]);
  const { stdout } = said;
  assert.deepEqual([why.answer, why.fine], [JSON.parse(stdout).services[0].answer, false]);
  const { runs } = await served.json<{ runs: { code: number }[] }>(`${LIST}/flaky/history`);
  assert.ok(runs.length > 0 && runs.every(({ code }) => code === 3));
  const { services } = await served.json<{ services: { name: string; needs: unknown }[] }>(
    "/api/v1/graph",
  );
  assert.deepEqual(services.find(({ name }) => name === "web")?.needs, [{ name: "db" }]);
  const { files } = await served.json<{ files: { path: string; content?: string }[] }>(
    `${LIST}/web/files`,
  );
  assert.equal(files.find(({ path }) => path === "timeout-kill")?.content, "5000\n");
  assert.deepEqual(
    files.map(({ path }) => path),
    ["run", "finish", "timeout-kill", "needs/db", "log/run", "log/main/config"],
  );
  assert.doesNotMatch(JSON.stringify(files), /hush/);
});

test("reads a log: the last lines, those before, those with a text", async (t) => {
  const tree = scan(t, {
    web: {
      run: `for i in $(seq 1 30); do echo "line $i"; sleep 0.02; done; ${FOREVER}`,
      log: LOGGED,
    },
    bare: { run: FOREVER },
  });
  const served = await Console.on(tree);
  type Lines = { lines: { text: string; label: string; time: string }[]; problem?: string };
  const read = (query: string) => served.json<Lines>(`${LIST}/web/log${query}`);
  const texts = ({ lines }: Lines) => lines.map(({ text }) => text);
  const all = await untilLines(() => read(""), 30);
  assert.deepEqual(texts(await read("?lines=2")), ["line 29", "line 30"]);
  assert.ok(all.lines.every(({ time }) => Date.parse(time) > 0));
  assert.deepEqual(texts(await read("?lines=2&search=LINE%201")), ["line 18", "line 19"]);
  const [{ label = "" } = {}] = all.lines.slice(-5);
  const before = texts(await read(`?before=${label}&lines=3`));
  assert.ok(
    before.every((text) => Number(text.slice(5)) < 26),
    before.join(),
  );
  const { lines, problem } = await served.json<Lines>(`${LIST}/bare/log`);
  assert.deepEqual([lines, /no log service/.test(problem ?? "")], [[], true]);
});

async function untilLines<T extends { lines: readonly unknown[] }>(
  read: () => Promise<T>,
  count: number,
): Promise<T> {
  for (;;) {
    const answer = await read();
    if (answer.lines.length >= count) return answer;
  }
}

test("streams the whole state, then each change, service that comes and one that goes", async (t) => {
  const [tree, served] = await settled(t);
  const events = new Events(served);
  t.after(async () => events.close());
  const names = await events.until("names", ({ type, names }) =>
    type === "services" ? (names as string[]) : undefined,
  );
  assert.deepEqual(names, ["db", "flaky", "off", "web"]);
  const changed = (name: string, summary: string) =>
    events.until(`${name} ${summary}`, ({ service }) => {
      const one = service as Described | undefined;
      return one?.name === name && one.summary === summary ? one : undefined;
    });
  tree.service("off").control("u");
  await changed("off", "running");
  tree.add("fresh", { run: FOREVER });
  await changed("fresh", "running");
  tree.remove("fresh");
  await events.until("end of fresh", ({ type, name }) =>
    type === "gone" && name === "fresh" ? true : undefined,
  );
});

test("says that a service is missing whose name is not UTF-8", async (t) => {
  const tree = scan(t, { web: { run: FOREVER } });
  const served = await Console.on(tree);
  const events = new Events(served);
  t.after(async () => events.close());
  await events.until("state", ({ type }) => (type === "services" ? true : undefined));
  mkdirSync(Buffer.from(`${tree.services}/web\xff`, "latin1"));
  await events.until("problem", ({ type, problem }) =>
    type === "problem" && /^1 service is missing .*not UTF-8/.test(`${problem}`) ? true : undefined,
  );
  const { problem } = await served.json<{ problem?: string }>(LIST);
  assert.match(problem ?? "", /not UTF-8/);
});

test("streams the samples of services that have other ones than before", async (t) => {
  const tree = scan(t, {
    growing: {
      run: 'x=x; while :; do x=$x$(head -c 9999 /dev/zero | tr "\\0" x); sleep 0.1; done',
    },
    off: { run: FOREVER, down: true },
  });
  const served = await Console.on(tree);
  const events = new Events(served);
  t.after(async () => events.close());
  await events.until("sample", ({ samples }) => (samples as { growing?: object })?.growing);
  const all = events.messages.flatMap(({ samples }) => Object.keys(samples ?? {}));
  assert.deepEqual([...new Set(all)], ["growing"]);
});

test("streams the lines of one log, on request of the stream's user alone", async (t) => {
  const tree = scan(t, {
    web: { run: `echo first; ${FOREVER}`, log: LOGGED },
  });
  const served = await Console.on(tree);
  const events = new Events(served);
  t.after(async () => events.close());
  const stream = await events.until("greeting", ({ stream }) => stream as string | undefined);
  const follow = (token?: string) =>
    served.ask(`/api/v1/events/${stream}/log`, {
      ...(token !== undefined && { token }),
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: '{"service":"web","lines":10}',
    });
  assert.equal((await follow(served.addToken("other"))).status, 404);
  assert.equal((await follow()).status, 204);
  const line = (wanted: string) =>
    events.until(wanted, ({ lines }) =>
      (lines as { text: string }[] | undefined)?.find(({ text }) => text === wanted),
    );
  const current = join(tree.services, "web/log/main/current");
  await eventually(
    "log",
    () => ((textOf(current) ?? "").includes("first") ? true : undefined),
    () => "",
  );
  await follow();
  await line("first");
  writeFileSync(current, "@400000006b0b1e8b0cb68c10 second\n", { flag: "a" });
  const { text } = await line("second");
  assert.equal(text, "second");
});

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

test("prints the metrics of sv, and those of its own process", async (t) => {
  const [tree, served] = await settled(t);
  const { body, headers } = await served.ask("/metrics");
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const env = { SVDIR: tree.services };
  const { stdout } = await runTool(tree.box, ours, "sv", ["metrics"], { env });
  // Processor time and memory move between the two.
  const stable = (text: string) =>
    text.split("\n").filter((line) => /^runits_service/.test(line) && !/cpu|memory/.test(line));
  assert.deepEqual(stable(body), stable(stdout));
  for (const name of ["process_resident_memory_bytes", "process_open_fds"]) {
    assert.match(body, new RegExp(`^${name} [1-9]\\d*$`, "m"));
  }
});
