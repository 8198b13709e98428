/**
 * Findings as SARIF 2.1.0, the format in which code scanners of editors and forges read results.
 *
 * Pure: findings in, a value for JSON out.
 * Source: OASIS, Static Analysis Results Interchange Format 2.1.0, 3.13, 3.14, 3.27 and 3.49.
 */
import type { Finding, Rule } from "./rules.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** A finding, and the service directory that it is in. */
export interface LocatedFinding extends Finding {
  readonly directory: string;
}

export function sarif(
  rules: readonly Rule[],
  findings: readonly LocatedFinding[],
  version: string,
): unknown {
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "sv verify",
            version,
            rules: rules.map(({ code, level, title }) => ({
              id: code,
              shortDescription: { text: title },
              defaultConfiguration: { level },
            })),
          },
        },
        results: findings.map((finding) => result(rules, finding)),
      },
    ],
  };
}

function result(rules: readonly Rule[], finding: LocatedFinding): unknown {
  const { rule, directory, file, line, text } = finding;
  const path = file === "" ? directory : `${directory}/${file}`;
  return {
    ruleId: rule.code,
    ruleIndex: rules.indexOf(rule),
    level: rule.level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path) },
          ...(line !== undefined && { region: { startLine: line } }),
        },
      },
    ],
  };
}

const UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

/** A path as a URI reference: bytes that have a meaning there are percent-encoded. RFC 3986. */
function uriOf(path: string): string {
  const encoded = [...path].map((byte) =>
    UNRESERVED.includes(byte)
      ? byte
      : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `${path.startsWith("/") ? "file://" : ""}${encoded.join("")}`;
}
