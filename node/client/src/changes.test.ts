import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "./changes.ts";

const NEVER = new AbortController().signal;

function changes(options: { readonly signal?: AbortSignal } = {}, ended = NEVER) {
  let put = (_: string, __: number): void => {};
  let ends = 0;
  const stream = new Changes<number>(
    {
      begin: (given) => {
        put = given;
      },
      end: () => {
        ends += 1;
      },
      onTimeout: () => new Error("late"),
    },
    options,
    ended,
  );
  return { stream, put: (key: string, value: number) => put(key, value), ends: () => ends };
}

test("a slow consumer gets the newest value of each service, and no queue", async () => {
  const { stream, put } = changes();
  const first = stream.next();
  put("web", 1);
  for (let value = 2; value <= 100; value++) put("web", value);
  put("db", 7);
  assert.equal((await first).value, 1);
  assert.equal((await stream.next()).value, 100);
  assert.equal((await stream.next()).value, 7);
  const next = stream.next();
  put("web", 101);
  assert.equal((await next).value, 101);
});

test("a stream that nobody reads opens nothing", async () => {
  const { stream, ends } = changes();
  await stream.return();
  assert.equal(ends(), 0);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test("return ends the stream once, and those that wait", async () => {
  const { stream, put, ends } = changes();
  const waiting = stream.next();
  await stream.return();
  await stream.return();
  put("web", 1);
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.equal(ends(), 1);
});

test("an aborted stream rejects once with the reason, then is over", async () => {
  const abort = new AbortController();
  const { stream, put, ends } = changes({ signal: abort.signal });
  const [one, other] = [stream.next(), stream.next()];
  put("web", 1);
  assert.equal((await one).value, 1);
  abort.abort(new Error("enough"));
  await assert.rejects(other, { message: "enough" });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(ends(), 1);
  const refused = changes({ signal: AbortSignal.abort(new Error("before")) });
  await assert.rejects(refused.stream.next(), { message: "before" });
});
