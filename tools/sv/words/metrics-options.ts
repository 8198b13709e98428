/**
 * The options of `sv metrics`.
 *
 * Pure: a table.
 */
import type { WordSpec } from "./word-spec.ts";

export interface MetricsRequest {
  /** The file to replace; `undefined`: standard output. */
  file: string | undefined;
}

export const SPEC: WordSpec<MetricsRequest> = {
  word: "metrics",
  operands: "[service ...]",
  purpose: "Prints the state of all services, or of these, in Prometheus text format.",
  options: [
    {
      name: "output",
      argument: "file",
      help: "replace this file in one step, mode 0644",
      apply: (request, file) => {
        request.file = file;
        return file !== "";
      },
    },
  ],
  examples: [
    ["sv metrics", "the metrics of all services"],
    ["sv metrics --output /run/sv.prom", "a file for node_exporter"],
  ],
};
