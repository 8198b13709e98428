/** A service as `sv list --json` describes it, as far as page and screen show it. */

export interface Service {
  readonly name: string;
  readonly directory: string;
  readonly summary: string;
  /** What matters now, in a few words, as in the last column of `sv list`; may be empty. */
  readonly info: string;
  readonly since?: string;
  readonly wanted?: "up" | "down";
  readonly normally?: "up" | "down";
  readonly pid?: number;
  readonly ready?: boolean;
  readonly supervisor?: "runits" | "runit";
  readonly restarts?: number;
  readonly last_exit?: Exit & { readonly at: string };
  readonly processes?: number;
  readonly error?: string;
  readonly log?: { readonly summary: string };
}

export interface ShownService extends Service {
  /** Whether the console may control it. */
  readonly may_control: boolean;
}

export interface Exit {
  readonly code?: number;
  readonly signal?: string;
}

export type Sample = number | null;
