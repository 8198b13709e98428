/** Keys: `/` filter or search, `j` and `k` next and previous service, `g` graph, Escape back. */

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") !== null) return;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      if (key === "Escape") target.blur();
      return;
    }
    if (key === "/") document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
    else if (key === "j") focusNeighbour(1);
    else if (key === "k") focusNeighbour(-1);
    else if (key === "g") location.hash = "#/graph";
    else if (key === "Escape") location.hash = "#/";
    else return;
    event.preventDefault();
  });
}

function focusNeighbour(step: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("tbody th a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step));
  links[next]?.focus();
}
