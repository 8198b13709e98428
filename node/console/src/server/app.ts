/** The paths of the console: who may use which, and what each answers. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { ConsoleError } from "../console-error.ts";
import type { Board } from "../services/board.ts";
import { COMMANDS, type Command, type Machine } from "../services/machine.ts";
import { linesOf } from "../sv/log-reader.ts";
import { graphOf, runsOf, serviceAt, whyOf } from "../sv/reader.ts";
import type { AuditLog } from "./audit.ts";
import { EventStream, type Greeting } from "./event-stream.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { metricsPage } from "./metrics-page.ts";
import { OPEN_API } from "./open-api.ts";
import type { PageFile } from "./page-files.ts";
import { refusalOf } from "./request-checks.ts";
import { filesOf } from "./service-files.ts";
import type { Rights, User } from "./tokens.ts";

interface Identified {
  readonly user?: User | undefined;
  readonly status: 401 | 429;
}

export interface AppOptions {
  readonly board: Board;
  readonly machine: Machine;
  readonly audit: AuditLog;
  readonly greeting: Greeting;
  readonly allowedHosts: readonly string[];
  /** `/`, or as `/runits/`. */
  readonly basePath: string;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly streams: Set<EventStream>;
  /** Who makes a request. */
  readonly identify: (request: Context<Env>) => Identified;
  readonly addressOf: (request: Context<Env>) => string;
}

export interface Env {
  readonly Bindings: HttpBindings;
  readonly Variables: { user: User };
}

const COMMAND_MS = 7_000;
const LINES_DEFAULT = 500;
const LINES_MAX = 5_000;
const LABEL = /^@[0-9a-f]{24}$/;
const STATUS_OF = {
  ACCESS_DENIED: 403,
  NO_SERVICE: 404,
  REMOVED: 404,
  TIMEOUT: 504,
} as const;

/** The answer to what failed: a code for programs, a sentence for people. */
function failed(
  c: Context<Env>,
  status: 400 | 401 | 403 | 404 | 405 | 409 | 415 | 429 | 500 | 504,
  code: string,
  message: string,
): Response {
  return c.json({ error: { code, message } }, status);
}

export function appOf(options: AppOptions): Hono<Env> {
  const { board, basePath, page, streams, greeting } = options;
  const app = new Hono<Env>({ strict: true });
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  });
  app.use(checkOrigin(options));

  const base = basePath.replace(/\/$/, "");
  if (base !== "") app.get(base, (c) => c.redirect(basePath, 308));
  for (const [name, { type, content }] of page) {
    app.get(`${base}/${name}`, (c) => c.body(content, 200, { "Content-Type": type }));
  }

  const api = new Hono<Env>();
  const read = allow(options, "all", "read-only");
  const act = allow(options, "all");
  api.get("/metrics", allow(options, "all", "read-only", "metrics-only"), async (c) => {
    const text = await metricsPage(board, streams.size);
    return c.body(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  api.get("/api/v1/openapi.json", read, (c) => c.json(OPEN_API));
  api.get("/api/v1/services", read, (c) =>
    c.json({ services: board.services(), ...(board.problem && { problem: board.problem }) }),
  );
  api.get("/api/v1/services/:name", read, (c) => {
    const name = c.req.param("name");
    const service = board.service(name);
    if (service === undefined) return unknownService(c, name);
    return c.json({ service, charts: board.charts(name) });
  });
  api.get("/api/v1/services/:name/why", read, (c) =>
    ofService(c, board, (name) => whyOf(serviceAt(board.home, name))),
  );
  api.get("/api/v1/services/:name/history", read, (c) =>
    ofService(c, board, (name) => ({ runs: runsOf(serviceAt(board.home, name)) })),
  );
  api.get("/api/v1/services/:name/files", read, (c) =>
    ofService(c, board, (name) => ({ files: filesOf(`${board.home}/${name}`) })),
  );
  api.get("/api/v1/services/:name/log", read, (c) => {
    const lines = Number(c.req.query("lines") ?? LINES_DEFAULT);
    const before = c.req.query("before");
    if (!Number.isInteger(lines) || lines < 1 || lines > LINES_MAX) {
      return failed(c, 400, "BAD_REQUEST", `lines: a number from 1 to ${LINES_MAX}`);
    }
    if (before !== undefined && !LABEL.test(before)) {
      return failed(c, 400, "BAD_REQUEST", "before: the label of a line");
    }
    return ofService(c, board, (name) =>
      linesOf(serviceAt(board.home, name), { count: lines, before, search: c.req.query("search") }),
    );
  });
  api.post("/api/v1/services/:name/commands", act, (c) => command(c, options));
  api.get("/api/v1/graph", read, (c) => {
    const services = board.names().map((name) => serviceAt(board.home, name));
    return c.json({ services: graphOf(services) });
  });
  api.get("/api/v1/events", read, (c) => {
    const stream = new EventStream({
      board,
      user: c.get("user"),
      greeting,
      onClosed: () => streams.delete(stream),
    });
    streams.add(stream);
    return c.body(stream.readable, 200, {
      "Content-Type": "application/x-ndjson",
      "X-Accel-Buffering": "no",
    });
  });
  api.put("/api/v1/events/:stream/log", read, async (c) => {
    const stream = [...streams].find(({ id }) => id === c.req.param("stream"));
    if (stream === undefined || stream.user.name !== c.get("user").name) {
      return failed(c, 404, "NO_STREAM", "there is no such stream");
    }
    const { service, lines = LINES_DEFAULT } = await bodyOf(c);
    if (service !== null && (typeof service !== "string" || !board.has(service))) {
      return unknownService(c, String(service));
    }
    stream.follow(service ?? undefined, Math.min(LINES_MAX, Math.max(0, Number(lines) || 0)));
    return c.body(null, 204);
  });
  app.route(base === "" ? "/" : base, api);

  app.notFound((c) => failed(c, 404, "NOT_FOUND", "there is nothing at this path"));
  app.onError((error, c) => {
    if (error instanceof BadBody) return failed(c, error.status, "BAD_REQUEST", error.message);
    const said = error instanceof ConsoleError ? error.message : error;
    console.error("runits-console: %s %s:", c.req.method, c.req.path, said);
    return failed(c, 500, "INTERNAL", "the console has failed: its log has the details");
  });
  return app;
}

function checkOrigin({ allowedHosts, audit, addressOf }: AppOptions): MiddlewareHandler<Env> {
  return async (c, next) => {
    const headers = {
      host: c.env.incoming.headers.host,
      origin: c.req.header("origin"),
      fetchSite: c.req.header("sec-fetch-site"),
      fetchMode: c.req.header("sec-fetch-mode"),
    };
    const refusal = refusalOf(headers, allowedHosts);
    if (refusal === undefined) return await next();
    audit.record({ event: "refused", address: addressOf(c), result: refusal });
    return failed(c, 403, "REFUSED", refusal);
  };
}

/** Lets only users with one of these rights through. */
function allow(options: AppOptions, ...rights: readonly Rights[]): MiddlewareHandler<Env> {
  const { identify, audit, addressOf } = options;
  return async (c, next) => {
    const { user, status } = identify(c);
    if (user === undefined) {
      audit.record({ event: "refused", address: addressOf(c), result: "no valid token" });
      c.header("WWW-Authenticate", "Bearer");
      if (status === 401) return failed(c, 401, "NO_TOKEN", "a valid token is needed");
      c.header("Retry-After", "60");
      return failed(c, 429, "TOO_MANY_TOKENS", "too many wrong tokens: wait a minute");
    }
    if (!rights.includes(user.rights)) {
      const result = `a ${user.rights} token`;
      audit.record({ event: "refused", user: user.name, address: addressOf(c), result });
      return failed(c, 403, "NO_RIGHT", `this token is ${user.rights}`);
    }
    c.set("user", user);
    return await next();
  };
}

async function ofService<T extends object>(
  c: Context<Env>,
  board: Board,
  answer: (name: string) => T | Promise<T>,
): Promise<Response> {
  const name = c.req.param("name") ?? "";
  if (!board.has(name)) return unknownService(c, name);
  return c.json(await answer(name));
}

function unknownService(c: Context<Env>, name: string): Response {
  return failed(c, 404, "NO_SERVICE", `there is no service ${JSON.stringify(name)}`);
}

class BadBody extends Error {
  readonly status: 400 | 415;

  constructor(status: 400 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws {BadBody} it is not an object in JSON */
async function bodyOf(c: Context<Env>): Promise<Readonly<Record<string, unknown>>> {
  const type = c.req.header("content-type")?.split(";", 1)[0]?.trim();
  if (type !== "application/json") throw new BadBody(415, "the body is not application/json");
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new BadBody(400, "the body is no JSON object");
  }
  return body as Readonly<Record<string, unknown>>;
}

async function command(c: Context<Env>, options: AppOptions): Promise<Response> {
  const { board, machine, audit, addressOf, greeting } = options;
  const name = c.req.param("name") ?? "";
  const { command: word } = await bodyOf(c);
  if (!COMMANDS.includes(word as Command)) {
    return failed(c, 400, "BAD_REQUEST", `command: one of ${COMMANDS.join(", ")}`);
  }
  if (!board.has(name)) return unknownService(c, name);
  const limits = { timeoutMs: COMMAND_MS, signal: c.req.raw.signal };
  const failure = await machine.command(name, word as Command, limits);
  board.refresh(name);
  audit.record({
    event: "command",
    user: c.get("user").name,
    address: addressOf(c),
    service: name,
    command: String(word),
    result: failure?.code ?? "done",
  });
  if (failure === undefined) return c.json({ service: board.service(name) });
  const { code, message } = failure;
  const status = Object.hasOwn(STATUS_OF, code) ? STATUS_OF[code as keyof typeof STATUS_OF] : 409;
  const hint = code === "ACCESS_DENIED" ? ` (as root: ${greeting.grant} ${name})` : "";
  return failed(c, status, code, `${message}${hint}`);
}
