/** On a machine that has built a release: target/zig has the libraries' licences. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { ZIG_LIBRARIES } from "../zig.ts";
import { componentsOf } from "./components.ts";

const skip = { skip: !existsSync(ZIG_LIBRARIES) && "npm run release brings zig" };

/** By target: what its linker brings beside musl. */
const LINKERS = {
  "x86_64-unknown-linux-musl": "llvm-libunwind",
  "armv7-unknown-linux-musleabihf": "zig",
};

test(
  "every component has a version and a licence text with a holder of copyright",
  skip,
  async () => {
    for (const [target, linker] of Object.entries(LINKERS)) {
      const components = await componentsOf(target);
      const names = components.map(({ name }) => name);
      for (const name of ["libc", linker, "musl", "quickjs-ng", "rquickjs-core", "rust-std"]) {
        assert.ok(names.includes(name), `${target}: ${name}: ${names}`);
      }
      for (const name of ["bindgen", "cc", "host", "rquickjs-macro"]) {
        assert.ok(!names.includes(name), name);
      }
      for (const { name, version, licence, texts } of components) {
        assert.match(version, /^\d+\.\d+\.\d+$/, name);
        assert.match(licence, /^[\w.() -]+$/, name);
        assert.match(texts.join("\n"), /copyright/i, name);
      }
    }
  },
);
