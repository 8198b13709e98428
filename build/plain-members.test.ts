import assert from "node:assert/strict";
import { test } from "node:test";
import { withPlainMembers } from "./plain-members.ts";

const plain = (...lines: string[]) => withPlainMembers(lines.join("\n"), "x.ts").split("\n");

test("private fields and methods become members with an underscore, in the same columns", () => {
  const members = [
    "  #field: number;",
    "  readonly #other = 1;",
    "  #optional?: number;",
    "  static #shared = 2;",
    "  async #method(): Promise<void> {}",
    "  *#lines() {}",
    "  get #state() {}",
    "  #generic<T>() {}",
  ];
  assert.deepEqual(
    plain(...members),
    members.map((line) => line.replace("#", "_")),
  );
});

test("each use is renamed, whatever the object", () => {
  assert.deepEqual(
    plain("  #a = 1;", "  this.#a += other?.#a + f().#a + list[0].#a + this.#a!.#a;"),
    ["  _a = 1;", "  this._a += other?._a + f()._a + list[0]._a + this._a!._a;"],
  );
});

test("texts and other lines with a # stay", () => {
  const lines = ['  print("#!/bin/sh # a.b");', "  # a comment of a shell", "  /** `#name` */"];
  assert.deepEqual(plain(...lines), lines);
});

test("a use without a declaration is an error of the build: it would be a member of no object", () => {
  assert.throws(() => plain("  this.#absent();"), /x\.ts: no declaration of #absent found/);
});

test("members in a file with a class that extends another of ours are an error", () => {
  const lines = ["export class A extends B {", "  #a = 1;", "}"];
  assert.throws(() => plain(...lines), /x\.ts: A extends a class: no private members/);
  assert.deepEqual(plain("class E extends Error {", "  #a = 1;", "}").at(1), "  _a = 1;");
});
