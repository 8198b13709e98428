/** The JSON of sv, checked by the schema in docs/. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

const PATH = resolve(import.meta.dirname, "../../docs/sv.schema.json");

const schema = JSON.parse(readFileSync(PATH, "utf8"));
// A consumer ignores members that it does not know; a test does not.
schema.$defs.service.additionalProperties = false;

/** Whether a document is as the schema says. */
export const validate = new Ajv2020({ allErrors: true, strictRequired: false }).compile<unknown>(
  schema,
);

/** The services in a document that the schema accepts; the exit code may follow it. */
export function services(text: string): readonly Readonly<Record<string, unknown>>[] {
  const document: { services: Readonly<Record<string, unknown>>[] } = JSON.parse(
    text.replace(/\n\d+$/, ""),
  );
  const isValid: boolean = validate(document);
  assert.ok(isValid, JSON.stringify(validate.errors, null, 2));
  return document.services;
}
