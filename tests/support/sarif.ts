/**
 * The schema of SARIF 2.1.0, as OASIS publishes it.
 *
 * Source: github.com/oasis-tcs/sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json (errata 01).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

const PATH = resolve(import.meta.dirname, "fixtures/sarif-schema-2.1.0.json");

// The draft of the schema is 4, of which it uses nothing that has another meaning in draft 7.
const { id: _, $schema: __, ...schema } = JSON.parse(readFileSync(PATH, "utf8"));

/** Fails unless the document is SARIF 2.1.0, in which every member is known. */
export function assertSarif(document: unknown): void {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const isValid = ajv.validate(schema, document);
  assert.ok(isValid, `${ajv.errorsText()} in ${JSON.stringify(document, null, 2)}`);
}
