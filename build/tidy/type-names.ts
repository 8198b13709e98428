/** In the product, a type's name has one meaning: two files never declare the same one. */
import type { Sources } from "./lines.ts";

const PRODUCT = /^(base|protocol|supervisor|tools|posix)\/.*(?<!\.test)\.ts$/;
const TYPE = /^(?:export )?(?:declare )?(?:interface|type|(?:abstract )?class) (\w+)/gm;

/** Types, exported or not, that an earlier file declares too. */
export function repeatedTypeNames(sources: Sources): string[] {
  const firstPlaces = new Map<string, string>();
  return [...sources].flatMap(([name, source]) => {
    if (!PRODUCT.test(name)) return [];
    return [...source.matchAll(TYPE)].flatMap(({ 1: type = "", index }) => {
      const first = firstPlaces.get(type);
      firstPlaces.set(type, first ?? name);
      if (first === undefined || first === name) return [];
      const line = source.slice(0, index).split("\n").length;
      return `${name}:${line}: ${first} declares a type ${type} too: give one another name`;
    });
  });
}
