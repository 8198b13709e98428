/** Asks for a token. */
import { useState } from "preact/hooks";
import { setToken } from "./api.ts";

export function Login() {
  const [token, setText] = useState("");
  return (
    <main class="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setToken(token);
          location.reload();
        }}
      >
        <h1>Token</h1>
        <p>
          The console printed one, or the path of a file that has it, when it started for the first
          time. Another one: <code>runits-console token add NAME</code>
        </p>
        <label>
          <span class="hidden">Token</span>
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="strong">
          Open
        </button>
      </form>
    </main>
  );
}
