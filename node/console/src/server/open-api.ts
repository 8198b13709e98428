/**
 * The description of the API, at /api/v1/openapi.json. The tests compare the answers with it. A
 * service has the members of `sv list --json`, which docs/sv.schema.json describes.
 *
 * Source: OpenAPI 3.1.
 */
import { COMMANDS } from "../services/machine.ts";

const STRING = { type: "string" } as const;
const NUMBER = { type: "number" } as const;
const BOOLEAN = { type: "boolean" } as const;
const TIME = { type: "string", format: "date-time" } as const;

const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
});
const array = (items: object) => ({ type: "array", items });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: object) => ({
  description,
  content: { "application/json": { schema } },
});
const FAILURE = { default: json("What went wrong", ref("Failure")) };
const NAME = { name: "name", in: "path", required: true, schema: STRING };
const query = (name: string, description: string, schema: object = STRING) => ({
  ...{ name, in: "query", description, schema },
});
const get = (summary: string, schema: object, parameters: readonly object[] = []) => ({
  get: { summary, parameters, responses: { 200: json(summary, schema), ...FAILURE } },
});

const SAMPLES = array({ type: ["number", "null"] });
const REFERENCES = array(object({ name: STRING }));

const SCHEMAS = {
  Failure: object({ error: object({ code: STRING, message: STRING }) }),
  Service: object(
    {
      name: STRING,
      name_base64: STRING,
      directory: STRING,
      summary: STRING,
      info: STRING,
      observed: TIME,
      state: { enum: ["down", "run", "finish"] },
      since: TIME,
      wanted: { enum: ["up", "down"] },
      normally: { enum: ["up", "down"] },
      pid: NUMBER,
      paused: BOOLEAN,
      got_term: BOOLEAN,
      ready: BOOLEAN,
      waits_for: REFERENCES,
      supervisor: { enum: ["runits", "runit"] },
      failed: BOOLEAN,
      restarts: NUMBER,
      last_exit: object({ code: NUMBER, signal: STRING, core: BOOLEAN, at: TIME }, ["at"]),
      problem: STRING,
      next_try_seconds: NUMBER,
      error: STRING,
      processes: NUMBER,
      cpu_seconds: NUMBER,
      resident_bytes: NUMBER,
      log: { type: "object" },
      may_control: BOOLEAN,
    },
    ["name", "directory", "summary", "info", "observed", "may_control"],
  ),
  Charts: object({ cpu: SAMPLES, memory: SAMPLES }),
  Line: object({ time: TIME, label: STRING, text: STRING }, ["text"]),
  Run: object({ code: NUMBER, signal: STRING, ended: TIME, ran_ms: NUMBER }, ["ended", "ran_ms"]),
  File: object({ path: STRING, mode: STRING, content: STRING, target: STRING, problem: STRING }, [
    "path",
  ]),
  Node: object({
    name: STRING,
    summary: STRING,
    needs: REFERENCES,
    after: REFERENCES,
    waits_for: REFERENCES,
  }),
  Why: object(
    {
      reason: STRING,
      answer: STRING,
      command: STRING,
      fine: BOOLEAN,
      evidence: array(object({ label: STRING, text: STRING })),
    },
    ["reason", "answer", "fine", "evidence"],
  ),
};

const COMMAND = {
  post: {
    summary: "Gives a command, and waits up to seven seconds until it is done",
    parameters: [NAME],
    requestBody: {
      required: true,
      content: { "application/json": { schema: object({ command: { enum: COMMANDS } }) } },
    },
    responses: {
      200: json("The service after it", object({ service: ref("Service") })),
      ...FAILURE,
    },
  },
};

const FOLLOW = {
  put: {
    summary: "Follows the log of a service in a stream of events, or of none",
    parameters: [{ name: "stream", in: "path", required: true, schema: STRING }],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: object({ service: { type: ["string", "null"] }, lines: NUMBER }, ["service"]),
        },
      },
    },
    responses: { 204: { description: "The lines follow in the stream" }, ...FAILURE },
  },
};

export const OPEN_API = {
  openapi: "3.1.0",
  info: { title: "runits-console", version: "1" },
  security: [{ token: [] }],
  paths: {
    "/api/v1/services": get(
      "All services",
      object({ services: array(ref("Service")), problem: STRING }, ["services"]),
    ),
    "/api/v1/services/{name}": get(
      "A service, with samples of processor time (percent) and memory (KiB), 5 s apart",
      object({ service: ref("Service"), charts: ref("Charts") }),
      [NAME],
    ),
    "/api/v1/services/{name}/why": get("The answer of sv why", ref("Why"), [NAME]),
    "/api/v1/services/{name}/history": get(
      "The last runs, the newest first",
      object({ runs: array(ref("Run")) }),
      [NAME],
    ),
    "/api/v1/services/{name}/files": get(
      "The files of the service directory",
      object({ files: array(ref("File")) }),
      [NAME],
    ),
    "/api/v1/services/{name}/log": get(
      "Lines of the log, the oldest first",
      object({ lines: array(ref("Line")), problem: STRING }, ["lines"]),
      [
        NAME,
        query("lines", "The last lines, so many", { type: "integer", minimum: 1, maximum: 5_000 }),
        query("before", "Lines before this label"),
        query("search", "Lines that contain this, in either case"),
      ],
    ),
    "/api/v1/services/{name}/commands": COMMAND,
    "/api/v1/graph": get(
      "What services need and come after",
      object({ services: array(ref("Node")) }),
    ),
    "/api/v1/events": {
      get: {
        summary: "The whole state, then changes: an object a line, as long as the client reads",
        responses: {
          200: {
            description: "Lines of JSON; `type` says what each is",
            content: { "application/x-ndjson": {} },
          },
          ...FAILURE,
        },
      },
    },
    "/api/v1/events/{stream}/log": FOLLOW,
  },
  components: {
    schemas: SCHEMAS,
    securitySchemes: { token: { type: "http", scheme: "bearer" } },
  },
};
