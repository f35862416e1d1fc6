/** Keeps the keys of RPC providers out of messages. */

/** Returns the text with each URL cut to its origin: a user, a path or a query may be a key. */
export function withoutUrls(text: string): string {
  return text.replace(/\b[a-z]+:\/\/[^\s"'<>]+/gi, (url) => originOf(url) ?? "(a URL)");
}

/** Returns the text without URLs and without the parts of `endpoint` that may be a key, as an HTTP gateway may repeat them. */
export function withoutKeys(text: string, endpoint: unknown): string {
  return keysOf(endpoint).reduce((safe, key) => safe.replaceAll(key, "***"), withoutUrls(text));
}

/** Returns the scheme, host and port of a URL; null for a text that is not one. */
export function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}

/** Shortest part that may be a key: shorter ones are versions and networks, and occur in other words. */
const MIN_KEY_LENGTH = 8;

function keysOf(endpoint: unknown): string[] {
  if (typeof endpoint !== "string" || originOf(endpoint) === null) return [];
  const { username, password, pathname, searchParams } = new URL(endpoint);
  const parts = [username, password, ...pathname.split("/"), ...searchParams.values()];
  return parts
    .flatMap((part) => [part, decoded(part)])
    .filter((part) => part.length >= MIN_KEY_LENGTH)
    .sort((a, b) => b.length - a.length);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
