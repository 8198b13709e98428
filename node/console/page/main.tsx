/** The page: a heading, one view below it, and what is wrong with the connection. */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { toneOf } from "../shared/text.ts";
import { forgetToken, takeToken } from "./api.ts";
import { Graph } from "./graph.tsx";
import { listenToKeys } from "./keyboard.ts";
import { List } from "./list.tsx";
import { Login } from "./login.tsx";
import { Notices } from "./notices.tsx";
import { useRoute } from "./route.ts";
import { ServicePage } from "./service.tsx";
import { store, useTopics } from "./store.ts";

function Page() {
  useTopics("connection");
  const route = useRoute();
  const { connection, hello } = store;
  const isKnown = hello !== undefined;
  if (connection === "unauthorized") return <Login />;
  return (
    <>
      <header class="bar">
        <a class="home" href="#/">
          {hello?.host ?? "Services"}
        </a>
        <nav aria-label="Views">
          <a href="#/" aria-current={route.view === "list" ? "page" : undefined}>
            Services
          </a>
          <a href="#/graph" aria-current={route.view === "graph" ? "page" : undefined}>
            Dependencies
          </a>
        </nav>
        {isKnown && <span class="directory">{hello.home}</span>}
        {isKnown && (
          <span class="user">
            {hello.user.name}
            {hello.user.rights !== "all" && `, ${hello.user.rights}`}
            <button
              type="button"
              class="plain"
              onClick={() => {
                forgetToken();
                location.reload();
              }}
            >
              Leave
            </button>
          </span>
        )}
      </header>
      {connection === "lost" && (
        <p class="lost" role="alert">
          The console does not answer. The page tries again, and shows the last state until then.
        </p>
      )}
      <Title />
      {isKnown && route.view === "list" && <List />}
      {isKnown && route.view === "graph" && <Graph />}
      {isKnown && route.view === "service" && <ServicePage key={route.name} name={route.name} />}
      <Notices />
    </>
  );
}

/** The title of the window says how many services are in trouble. */
function Title() {
  useTopics("list");
  const bad = [...store.services.values()].filter(({ summary }) => toneOf(summary) === "bad");
  const host = store.hello?.host ?? "Services";
  useEffect(() => {
    document.title = bad.length === 0 ? host : `(${bad.length}) ${host}`;
  }, [bad.length, host]);
  return null;
}

takeToken();
listenToKeys();
const root = document.getElementById("page");
if (root !== null) render(<Page />, root);
void store.run();
