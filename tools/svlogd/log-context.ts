/** Shared by the objects that make up an open log directory. */
import type { Directory } from "../../base/directory.ts";
import type { Attempts } from "./attempts.ts";
import type { Settings } from "./config.ts";
import type { Messages } from "./messages.ts";
import type { Processor } from "./processor.ts";

export interface LogContext {
  readonly home: Directory;
  /** The log directory, as messages name it. */
  readonly path: string;
  readonly settings: Settings;
  readonly messages: Messages;
  readonly attempts: Attempts;
  readonly processor: Processor;
}
