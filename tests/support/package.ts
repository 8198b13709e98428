/** The contents of a package with the executables under test. */
import type { Component } from "../../build/release/components.ts";
import { contentsOf } from "../../build/release/contents.ts";
import type { Entry } from "../../build/release/entry.ts";
import { ours } from "./suite.ts";

export const COMPONENT: Component = {
  name: "libexample",
  version: "2.0.1",
  licence: "MIT",
  purl: "pkg:generic/libexample@2.0.1",
  texts: ["Copyright (c) 2020 A. Holder\n"],
};

/** Paths below a prefix. */
export function contentsUnderTest(): Promise<Entry[]> {
  return contentsOf(ours.bin, { components: [COMPONENT], version: "1.0.0", timeS: 86_400 });
}
