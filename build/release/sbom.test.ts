import assert from "node:assert/strict";
import { test } from "node:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { COMPONENT } from "../../tests/support/package.ts";
import { sbomOf } from "./sbom.ts";

const OPTIONS = { version: "1.0.0", timeS: 86_400 };

test("a bill of materials is valid by the schema of CycloneDX", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const bill = sbomOf([COMPONENT], OPTIONS);
  assert.equal(await validator.validate(bill), null);
  const broken = bill.replace('"library"', '"no such type"');
  assert.notEqual(await validator.validate(broken), null);
});

test("a bill of materials names each component, and depends on its arguments alone", () => {
  const bill = JSON.parse(sbomOf([COMPONENT], OPTIONS));
  assert.deepEqual(bill.components, [
    {
      type: "library",
      "bom-ref": COMPONENT.purl,
      name: "libexample",
      version: "2.0.1",
      licenses: [{ expression: "MIT" }],
      purl: COMPONENT.purl,
    },
  ]);
  assert.equal(bill.metadata.timestamp, "1970-01-02T00:00:00.000Z");
  assert.equal(sbomOf([COMPONENT], OPTIONS), sbomOf([COMPONENT], OPTIONS));
});
