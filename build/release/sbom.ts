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
  /** Of the package on npm. */
  readonly name?: string;
  readonly version: string;
  readonly timeS: number;
}

/** @returns JSON; its bytes depend on the arguments alone, so it has no serial number */
export function sbomOf(components: readonly Component[], options: SbomOptions): string {
  const { name: own = "runits", version, timeS } = options;
  const purl = `pkg:npm/${own}@${version}`;
  const bill = {
    $schema: `http://cyclonedx.org/schema/bom-${SPEC_VERSION}.schema.json`,
    bomFormat: "CycloneDX",
    specVersion: SPEC_VERSION,
    version: 1,
    metadata: {
      timestamp: new Date(timeS * 1000).toISOString(),
      component: {
        type: "application",
        "bom-ref": purl,
        name: own,
        version,
        licenses: [{ license: { id: LICENCE } }],
        purl,
      },
    },
    components: components.map(({ name, version: its, licence, purl: ref }) => ({
      type: "library",
      "bom-ref": ref,
      name,
      version: its,
      licenses: [{ expression: licence }],
      purl: ref,
    })),
    dependencies: [
      { ref: purl, dependsOn: components.map((one) => one.purl) },
      ...components.map((one) => ({ ref: one.purl })),
    ],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}
