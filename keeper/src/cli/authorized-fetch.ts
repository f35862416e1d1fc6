/** Sends the credentials of a URL as a header, because `fetch` refuses a URL that contains them. */
import type { Fetch } from "../observe/rpc-meter";

/** Calls `fetch` with a URL that may have a name and a password. */
export function authorizedFetch(fetch: Fetch): Fetch {
  return (input, init) => {
    if (typeof input !== "string" || !URL.canParse(input)) return fetch(input, init);
    const url = new URL(input);
    const authorization = basicAuthorization(url);
    if (authorization === null) return fetch(input, init);
    url.username = url.password = "";
    const headers = new Headers(init?.headers);
    headers.set("authorization", authorization);
    return fetch(url.href, { ...init, headers });
  };
}

/** Returns the header's value; null without credentials. */
export function basicAuthorization({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
