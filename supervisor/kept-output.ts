/**
 * The output of a service with `keep-output`, as its supervisor sees it.
 *
 * Pure: types.
 */
import type { PipeEnds } from "../protocol/handover.ts";

/** The descriptors that a process gets as its standard output and error. */
export interface OutputEnds {
  readonly stdout: number;
  readonly stderr: number;
}

export interface KeptOutput {
  /** Whether the processes that start now write to the pipes. */
  isInUse: boolean;
  /** `undefined` unless {@link isInUse}. */
  readonly ends: OutputEnds | undefined;
  /** The pipes, as the adoption record has them; `undefined` unless {@link isInUse}. */
  readonly ids: readonly string[] | undefined;
  /** For a re-exec. */
  readonly pipes: readonly PipeEnds[];
  /** Reads what is there, and closes the pipes. */
  close(): void;
}
