/**
 * The bill of materials in every package, for programs that look for vulnerable or forbidden
 * components.
 *
 * Source of the format: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
 */
import type { Component } from "./components.ts";

const SPEC_VERSION = "1.6";
const LICENCE = "BSD-3-Clause";

interface SbomOptions {
  readonly version: string;
  readonly timeS: number;
}

/** @returns JSON; its bytes depend on the arguments alone, so it has no serial number */
export function sbomOf(components: readonly Component[], options: SbomOptions): string {
  const { version, timeS } = options;
  const own = `pkg:npm/runits@${version}`;
  const bill = {
    $schema: `http://cyclonedx.org/schema/bom-${SPEC_VERSION}.schema.json`,
    bomFormat: "CycloneDX",
    specVersion: SPEC_VERSION,
    version: 1,
    metadata: {
      timestamp: new Date(timeS * 1000).toISOString(),
      component: {
        type: "application",
        "bom-ref": own,
        name: "runits",
        version,
        licenses: [{ license: { id: LICENCE } }],
        purl: own,
      },
    },
    components: components.map(({ name, version: its, licence, purl }) => ({
      type: "library",
      "bom-ref": purl,
      name,
      version: its,
      licenses: [{ expression: licence }],
      purl,
    })),
    dependencies: [
      { ref: own, dependsOn: components.map(({ purl }) => purl) },
      ...components.map(({ purl }) => ({ ref: purl })),
    ],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}
