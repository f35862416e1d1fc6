/** The client secret of a payment link. It stays out of requests of the browser, of its history and of this page's links. Pure. */

/** A link's secret, and the address that the address bar keeps. */
export interface SecretLink {
  secret: string | null;
  /** Path with fragment to put in the place of the link; null where the link may stay. */
  replacement: string | null;
}

/**
 * Reads the secret from a link's fragment, or from `?client_secret=`, which moves to the fragment: servers and proxies log queries.
 * @example
 * readSecret("https://pay.example.com/pay/intent_1?client_secret=s"); // { secret: "s", replacement: "/pay/intent_1#s" }
 */
export function readSecret(link: string): SecretLink {
  const url = new URL(link);
  const inQuery = url.searchParams.get("client_secret");
  const inFragment = fragmentOf(url);
  const secret = inFragment ?? inQuery;
  if (inQuery === null) return { secret: secret === "" ? null : secret, replacement: null };
  url.searchParams.delete("client_secret");
  const fragment = secret ? `#${encodeURIComponent(secret)}` : "";
  return {
    secret: secret === "" ? null : secret,
    replacement: `${url.pathname}${url.search}${fragment}`,
  };
}

function fragmentOf({ hash }: URL): string | null {
  if (hash.length <= 1) return null;
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}
