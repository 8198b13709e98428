import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCapabilities } from "./capabilities.ts";

const numbersOf = (text: string) => {
  const list = parseCapabilities(text);
  return list === "all" || list === undefined ? list : list.map(({ number }) => number);
};

test("capabilities are told by name, with or without CAP_, or by number", () => {
  assert.deepEqual(numbersOf("chown,CAP_NET_RAW,cap_sys_admin,Setpcap,63"), [0, 13, 21, 8, 63]);
  assert.deepEqual(numbersOf("checkpoint_restore,bpf,audit_read"), [40, 39, 37]);
  assert.equal(numbersOf("ALL"), "all");
});

test("an unknown one spoils the list", () => {
  for (const text of ["", "chown,", "net", "64", "-1", "all,chown", "cap_", "chown kill"]) {
    assert.equal(numbersOf(text), undefined, text);
  }
});
