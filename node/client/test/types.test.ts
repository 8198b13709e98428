/** The types that a user relies on; npm run check is what fails. */
import { test } from "node:test";
import { expectTypeOf } from "expect-type";
import type {
  LogLine,
  Service,
  ServiceError,
  ServiceState,
  ServiceStatus,
  Services,
  SupervisedStatus,
} from "runits-client";

test("the state decides what else there is", () => {
  expectTypeOf<ServiceState>().toEqualTypeOf<
    | "running"
    | "starting"
    | "stopping"
    | "paused"
    | "finishing"
    | "waiting"
    | "resting"
    | "failed"
    | "stopped"
    | "unsupervised"
    | "unreadable"
    | "removed"
  >();
  type In<State extends ServiceState> = Extract<ServiceStatus, { readonly state: State }>;
  expectTypeOf<Extract<ServiceStatus, { phase: "run" }>["pid"]>().toEqualTypeOf<number>();
  expectTypeOf<Extract<ServiceStatus, { phase: "down" }>["pid"]>().toEqualTypeOf<undefined>();
  expectTypeOf<Extract<ServiceStatus, { error: ServiceError }>["state"]>().toEqualTypeOf<
    "unsupervised" | "unreadable" | "removed"
  >();
  expectTypeOf<In<never>>().toEqualTypeOf<never>();
});

test("calls resolve to a status, and streams to their elements", () => {
  expectTypeOf<Service["restart"]>().returns.resolves.toEqualTypeOf<SupervisedStatus>();
  expectTypeOf<Service["exit"]>().returns.resolves.toEqualTypeOf<void>();
  expectTypeOf<Services["list"]>().returns.resolves.toEqualTypeOf<ServiceStatus[]>();
  expectTypeOf<ReturnType<Services["watch"]>>().toExtend<AsyncIterable<ServiceStatus>>();
  expectTypeOf<ReturnType<Service["logs"]>>().toExtend<AsyncIterable<LogLine>>();
  expectTypeOf<Service["wait"]>()
    .parameter(0)
    .toEqualTypeOf<"up" | "ready" | "down" | "finished" | "failed" | "restarted">();
  expectTypeOf<Service["signal"]>().parameter(0).toExtend<string>();
  expectTypeOf<Services["get"]>().parameter(0).toEqualTypeOf<string | Uint8Array>();
  expectTypeOf<Services["remove"]>().parameter(0).toEqualTypeOf<string | Uint8Array>();
  expectTypeOf<ServiceError["code"]>().toEqualTypeOf<
    | "NO_SERVICE"
    | "NO_SUPERVISOR"
    | "ACCESS_DENIED"
    | "TIMEOUT"
    | "FAILED"
    | "REMOVED"
    | "BAD_FORMAT"
  >();
});
