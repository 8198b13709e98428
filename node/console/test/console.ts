/** A console that a test has started, and requests to it that send exactly what a test says. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import { join } from "node:path";
import { nodeOf } from "../../../build/node/versions.ts";
import { inRoot } from "../../../build/paths.ts";
import type { Running, Sandbox } from "../../../tests/support/sandbox.ts";
import type { Scan } from "../../../tests/support/scan.ts";
import { eventually } from "../../../tests/support/wait.ts";

/** The console runs on this Node, and the tests on the system's. */
export const NODE = await nodeOf(22);
export const START = inRoot("node/console/dist/start.js");

/** The status of a command that is not done in time. */
const TIMEOUT = 504;
const ORDERS_MAX = 5;

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

interface Asking {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address that the request comes from. */
  readonly from?: string;
}

interface ConsoleOptions {
  /** More words of the command line. */
  readonly args?: readonly string[];
  /** Where it listens, if not on a free port of 127.0.0.1. */
  readonly listen?: string;
  /** As whom it runs, if not as the test. */
  readonly uid?: number;
}

export class Console {
  readonly #box: Sandbox;
  readonly #words: readonly string[];
  readonly #uid: number | undefined;
  #running: Running;
  /** 0 for a UNIX socket. */
  port = 0;

  private constructor(scan: Scan, options: ConsoleOptions) {
    const { args = [], listen = "127.0.0.1:0", uid } = options;
    this.#box = scan.box;
    this.#uid = uid;
    this.#words = ["--services", scan.services, "--state", this.state, ...args];
    this.#running = this.#start(listen);
  }

  /** Starts a console on the services of a tree. */
  static async on(scan: Scan, options: ConsoleOptions = {}): Promise<Console> {
    const started = new Console(scan, options);
    await started.#untilListening();
    return started;
  }

  get state(): string {
    return join(this.#box.dir, "state");
  }

  get stdout(): string {
    return this.#running.stdout();
  }

  get stderr(): string {
    return this.#running.stderr();
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** The token that the first start has made. */
  get token(): string {
    return readFileSync(join(this.state, "admin-token"), "utf8").trim();
  }

  /** Makes a token as the user does. */
  addToken(name: string, ...options: readonly string[]): string {
    const { stdout } = this.command("token", "add", name, ...options);
    return stdout.trim();
  }

  command(...words: readonly string[]) {
    return spawnSync(NODE, [START, ...words, "--state", this.state], { encoding: "utf8" });
  }

  async end(): Promise<void> {
    this.#running.signal("SIGTERM");
    await this.#running.exit();
  }

  /** Starts it once more, on the same port. */
  async startAgain(): Promise<void> {
    this.#running = this.#start(`127.0.0.1:${this.port}`);
    await this.#untilListening();
  }

  ask(path: string, { method, token = this.token, headers, body, from }: Asking = {}) {
    const authorization = token === "" ? {} : { Authorization: `Bearer ${token}` };
    return answer(
      {
        ...{ host: "127.0.0.1", port: this.port, path, agent: false },
        method: method ?? "GET",
        headers: { ...authorization, ...headers },
        ...(from !== undefined && { localAddress: from }),
      },
      body,
    );
  }

  async json<T>(path: string, asking: Asking = {}): Promise<T> {
    const { status, body } = await this.ask(path, asking);
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  }

  /** Gives a command, and again while it is not done in time, as on a busy machine. */
  async order(name: string, command: string, asking: Asking = {}): Promise<Answer> {
    const headers = { "Content-Type": "application/json", ...asking.headers };
    const path = `/api/v1/services/${encodeURIComponent(name)}/commands`;
    const body = JSON.stringify({ command });
    for (let left = ORDERS_MAX; ; left -= 1) {
      const given = await this.ask(path, { ...asking, method: "POST", headers, body });
      if (given.status !== TIMEOUT || left === 0) return given;
    }
  }

  #start(listen: string): Running {
    const uid = this.#uid ?? process.geteuid?.() ?? 0;
    const root = uid === 0 ? ["--allow-root"] : [];
    const words = [NODE, START, "--listen", listen, ...root, ...this.#words];
    return this.#box.start(words, this.#uid === undefined ? {} : { uid });
  }

  async #untilListening(): Promise<void> {
    const line = await eventually(
      "line of the console",
      () => /^runits-console: .*\n/m.exec(this.stdout)?.[0],
      () => `${this.stdout}${this.stderr}`,
    );
    this.port = Number(/:(\d+)\//.exec(line)?.[1] ?? 0);
  }
}

/** Sends a request, and reads the answer to its end. */
export function answer(options: http.RequestOptions, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const headers = { ...length, ...options.headers };
    const request = http.request({ ...options, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** A stream of events, with the messages that have come. */
export class Events {
  readonly messages: Readonly<Record<string, unknown>>[] = [];
  isEnded = false;
  readonly #request: http.ClientRequest;
  #rest = "";

  constructor(console_: Console, token = console_.token) {
    const headers = { Authorization: `Bearer ${token}` };
    const path = "/api/v1/events";
    this.#request = http.get({
      host: "127.0.0.1",
      port: console_.port,
      path,
      headers,
      agent: false,
    });
    this.#request.on("error", () => {
      this.isEnded = true;
    });
    this.#request.on("response", (response) => {
      response.on("data", (chunk: Buffer) => this.#take(chunk));
      response.on("close", () => {
        this.isEnded = true;
      });
    });
  }

  /** The first message for which `test` holds. */
  until<T>(what: string, test: (message: Readonly<Record<string, unknown>>) => T | undefined) {
    return eventually(
      what,
      () => {
        for (const message of this.messages) {
          const found = test(message);
          if (found !== undefined) return found;
        }
        return undefined;
      },
      () => JSON.stringify(this.messages.slice(-20)),
    );
  }

  close(): void {
    this.#request.destroy();
  }

  #take(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString()).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.messages.push(JSON.parse(line));
  }
}
