/** Requests to the server. The token is in sessionStorage: this tab alone has it. */

const KEY = "runits-console-token";

/** Takes the token from the address, where no server sees it, and removes it from there. */
export function takeToken(): void {
  const match = /^#token=([\w-]+)$/.exec(location.hash);
  if (match?.[1] === undefined) return;
  sessionStorage.setItem(KEY, match[1]);
  history.replaceState(null, "", location.pathname);
}

export function setToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim());
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** The answer of the server that something failed. */
export class Failure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws {Failure} and TypeError, if there is no server */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(KEY);
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const response = await fetch(path, { ...init, headers, cache: "no-store" });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const { error } = (body ?? {}) as { error?: { message?: string } };
  throw new Failure(response.status, error?.message ?? response.statusText);
}

export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

export async function send(method: "POST" | "PUT", path: string, body: object): Promise<void> {
  await request(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export function pathOf(service: string, part = ""): string {
  return `api/v1/services/${encodeURIComponent(service)}${part}`;
}
