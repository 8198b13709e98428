/** Which view is shown: the part of the address behind `#`, so that the back button works. */
import { useLayoutEffect, useState } from "preact/hooks";

type Route =
  | { readonly view: "list" }
  | { readonly view: "graph" }
  | { readonly view: "service"; readonly name: string };

export function hrefOf(service: string): string {
  return `#/service/${encodeURIComponent(service)}`;
}

function routeOf(hash: string): Route {
  const name = /^#\/service\/(.+)$/.exec(hash)?.[1];
  if (name !== undefined) {
    try {
      return { view: "service", name: decodeURIComponent(name) };
    } catch {
      return { view: "list" };
    }
  }
  return { view: hash === "#/graph" ? "graph" : "list" };
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  // At once, not after the next frame: the address may change before.
  useLayoutEffect(() => {
    const change = (): void => setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return routeOf(hash);
}
