/** The JSON of sv, checked by the schema in docs/. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { runTool } from "./run.ts";
import type { Sandbox } from "./sandbox.ts";
import { ours } from "./suite.ts";

const PATH = resolve(import.meta.dirname, "../../docs/sv.schema.json");

/** The objects that sv prints; the other definitions are parts of these. */
const PRINTED = [
  "explained",
  "node",
  "change",
  "outcomeOfWait",
  "outcome",
  "grant",
  "logLine",
] as const;
/** What the schema describes beside the document of `sv list`. */
type Described = "why" | "graph" | Exclude<(typeof PRINTED)[number], "explained" | "node">;

const schema = JSON.parse(readFileSync(PATH, "utf8"));
// A consumer ignores members that it does not know; a test does not.
schema.properties.services.items.unevaluatedProperties = false;
schema.$defs.service.properties.log.unevaluatedProperties = false;
for (const name of PRINTED) schema.$defs[name].unevaluatedProperties = false;

const ajv = new Ajv2020({ allErrors: true, strictRequired: false, strictTypes: false });

/** Whether a document is as the schema says. */
export const validate = ajv.compile<unknown>(schema);

/** The services in a document that the schema accepts; the exit code may follow it. */
export function services(text: string): readonly Readonly<Record<string, unknown>>[] {
  const document: { services: Readonly<Record<string, unknown>>[] } = JSON.parse(
    text.replace(/\n\d+$/, ""),
  );
  accept(validate, document);
  return document.services;
}

interface Listed {
  readonly [member: string]: unknown;
  readonly log?: Listed;
}

/** What `sv list` knows of one service, its log service in `log`. */
export async function listed({ box, dir }: { box: Sandbox; dir: string }): Promise<Listed> {
  const { stdout } = await runTool(box, ours, "sv", ["list", "--json", "-l", dir]);
  const [service] = services(stdout);
  assert.ok(service !== undefined, stdout);
  return service as Listed;
}

/** The exit code, or the name of the signal, by which a service ended last. */
export function endOf({ last_exit }: Listed): unknown {
  const { code, signal } = (last_exit ?? {}) as { code?: number; signal?: string };
  return code ?? signal;
}

/** Fails unless an object is as the schema says. */
export function assertDescribed(definition: Described, object: unknown): void {
  const reference = `${schema.$id}#/$defs/${definition}`;
  const validates = ajv.getSchema(reference);
  assert.ok(validates !== undefined, reference);
  accept(validates, object);
}

/** The same for each line of a stream. */
export function assertStream(definition: Described, text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  assert.ok(lines.length > 0, "no lines");
  for (const line of lines) assertDescribed(definition, JSON.parse(line));
}

function accept(validates: ValidateFunction, object: unknown): void {
  const isValid = validates(object);
  const text = JSON.stringify(object, null, 2);
  assert.ok(isValid, `${JSON.stringify(validates.errors, null, 2)} in ${text}`);
}
