/** Requests to an RPC that end. */

/**
 * `fetch` for a web3.js `Connection`, which by itself waits for an answer for ever.
 * @example
 * new Connection(url, { commitment: "confirmed", disableRetryOnRateLimit: true, fetch: fetchWithin(10_000) });
 */
export function fetchWithin(milliseconds: number, inner: typeof fetch = fetch): typeof fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(milliseconds);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    return inner(input, { ...init, signal });
  };
}
