/** What the server sends, as far as the page uses it: see server/open-api.ts. */

import type { Exit, Sample, ShownService as Service } from "../shared/service.ts";

export type { Exit, Sample, Service };

export interface Charts {
  /** Percent of one processor. */
  readonly cpu: readonly Sample[];
  /** KiB. */
  readonly memory: readonly Sample[];
}

/** The samples of one moment. */
export interface Use {
  readonly cpu: Sample;
  readonly memory: Sample;
}

export interface Line {
  readonly time?: string;
  readonly label?: string;
  readonly text: string;
}

export interface Run extends Exit {
  readonly ended: string;
  readonly ran_ms: number;
}

export interface ServiceFile {
  readonly path: string;
  readonly mode?: string;
  readonly content?: string;
  readonly target?: string;
  readonly problem?: string;
}

export interface Why {
  readonly answer: string;
  readonly command?: string;
  readonly fine: boolean;
  readonly evidence: readonly { readonly label: string; readonly text: string }[];
}

export interface GraphNode {
  readonly name: string;
  readonly summary: string;
  readonly needs: readonly { readonly name: string }[];
  readonly after: readonly { readonly name: string }[];
}

export interface Hello {
  readonly type: "hello";
  readonly stream: string;
  readonly user: { readonly name: string; readonly rights: string };
  readonly host: string;
  readonly home: string;
  readonly version: string;
  readonly grant: string;
  readonly sample_ms: number;
}

export type Message =
  | Hello
  | { readonly type: "services"; readonly names: readonly string[]; readonly problem?: string }
  | { readonly type: "service"; readonly service: Service }
  | { readonly type: "gone"; readonly name: string }
  | { readonly type: "problem"; readonly problem?: string }
  | { readonly type: "charts"; readonly charts: Readonly<Record<string, Charts>> }
  | {
      readonly type: "samples";
      /** Of services that have other ones than the last time. */
      readonly samples: Readonly<Record<string, Use>>;
    }
  | { readonly type: "log-start"; readonly service: string }
  | { readonly type: "log-problem"; readonly service: string; readonly problem: string }
  | {
      readonly type: "log";
      readonly service: string;
      readonly lines: readonly Line[];
      readonly skipped: number;
    }
  | { readonly type: "alive" };
