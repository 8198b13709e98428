/** One service. */
import * as posix from "posix";
import type { NamedService } from "../../../tools/sv/service.ts";
import { viewOf } from "../../../tools/sv/words/view.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import type { SupervisedStatus } from "./supervised-status.ts";
import { errorOf, supervisedStatusOf } from "./view-status.ts";

export class Service {
  readonly #service: NamedService;

  /** @internal */
  constructor(service: NamedService) {
    this.#service = service;
  }

  get name(): string {
    return fromBytes(this.#service.name);
  }

  /** The service directory. */
  get directory(): string {
    return fromBytes(this.#service.path);
  }

  /**
   * The present state.
   *
   * @throws {ServiceError} `NO_SERVICE`, `NO_SUPERVISOR`, `ACCESS_DENIED` or `BAD_FORMAT`
   */
  async status({ signal }: CallOptions = {}): Promise<SupervisedStatus> {
    signal?.throwIfAborted();
    const view = viewOf(this.#service, { now: posix.clockReal() });
    const status = supervisedStatusOf(view);
    if (status === undefined) throw errorOf(view);
    return status;
  }
}
