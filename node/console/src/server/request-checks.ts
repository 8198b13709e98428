/**
 * Refuses requests that a page of somebody else has made: by the Host header, which a page whose
 * name was made to lead here still has, and by the Origin header.
 *
 * Pure: headers in, a reason out.
 */

const LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

interface CheckedHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
}

/**
 * @param allowedHosts beside those of this machine; names without a port
 * @returns why the request is refused; `undefined` if it is not
 */
export function refusalOf(
  { host, origin, fetchSite, fetchMode }: CheckedHeaders,
  allowedHosts: readonly string[],
): string | undefined {
  const name = host === undefined ? undefined : hostName(host);
  if (name === undefined) return "the request has no valid Host header";
  if (![...LOCAL_HOSTS, ...allowedHosts].includes(name)) {
    return `the host ${JSON.stringify(name)} is not allowed (--allow-host)`;
  }
  if (origin !== undefined && originHost(origin) !== host?.toLowerCase()) {
    return "the request comes from another origin";
  }
  // Whoever follows a link from another page gets this one, which holds nothing and has no token.
  const isOtherSite = fetchSite === "cross-site" || fetchSite === "same-site";
  if (isOtherSite && fetchMode !== "navigate") {
    return "the request comes from another site";
  }
  return undefined;
}

/** The name without the port, in small letters. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
