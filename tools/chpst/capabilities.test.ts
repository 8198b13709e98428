import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCapabilities, withoutInheritable } from "./capabilities.ts";

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

test("what is dropped leaves the inheritable set, and no other set changes", () => {
  const all = [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0x1ff, 0x1ff, 0x1ff];
  const left = withoutInheritable(all, [0, 31, 32, 40]);
  assert.deepEqual(left, [0xffff_ffff, 0xffff_ffff, 0x7fff_fffe, 0x1ff, 0x1ff, 0xfe]);
  assert.deepEqual(withoutInheritable(all, []), all);
});
