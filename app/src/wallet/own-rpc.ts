/** The user's own RPC node: which URL is allowed, where it is kept, and how its chain is checked. */

/** Methods of `localStorage` that the choice needs. */
export type RpcStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEY = "milepost:rpc-url";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A URL that may be used, or what is wrong with the text. */
export type CheckedRpcUrl = { url: string; error?: undefined } | { url?: undefined; error: string };

/**
 * Checks the URL of an RPC node: https, or http on this computer. A key in its path is fine; a password is not.
 * @example
 * checkRpcUrl("https://rpc.example.com/key"); // { url: "https://rpc.example.com/key" }
 */
export function checkRpcUrl(text: string): CheckedRpcUrl {
  const trimmed = text.trim();
  if (trimmed === "") return { error: "Enter the URL of an RPC node." };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { error: `Expected a URL such as https://rpc.example.com, received "${trimmed}".` };
  }
  if (url.username || url.password) {
    return { error: "Expected a URL without a user name or password. Use a key in its path." };
  }
  const isLocal = url.protocol === "http:" && LOOPBACK.includes(url.hostname);
  if (url.protocol !== "https:" && !isLocal) {
    return { error: "Expected https. Plain http is allowed on this computer only." };
  }
  return { url: trimmed };
}

/** Returns the user's own RPC URL; null for the page's. A URL that is no longer allowed counts as none. */
export function readOwnRpc(storage: RpcStorage): string | null {
  try {
    const kept = storage.getItem(KEY);
    return kept === null ? null : (checkRpcUrl(kept).url ?? null);
  } catch {
    return null;
  }
}

/** Keeps the user's own RPC URL; null returns to the page's. Returns false where the browser forbids storage. */
export function writeOwnRpc(storage: RpcStorage, url: string | null): boolean {
  try {
    if (url === null) storage.removeItem(KEY);
    else storage.setItem(KEY, url);
    return true;
  } catch {
    return false;
  }
}

/** Asks a node for the hash of its chain's genesis. Throws an `Error` that says what the node answered. */
export async function fetchGenesisHash(
  fetchJson: typeof fetch,
  rpcUrl: string,
  signal?: AbortSignal,
): Promise<string> {
  let answer: Response;
  try {
    answer = await fetchJson(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "getGenesisHash" }),
      ...(signal ? { signal } : {}),
    });
  } catch {
    throw new Error(
      "The node did not answer. Check the URL, and whether this page's host allows connections to it.",
    );
  }
  if (!answer.ok) throw new Error(`The node answered with HTTP status ${answer.status}.`);
  const body = (await answer.json().catch(() => null)) as { result?: unknown } | null;
  if (typeof body?.result !== "string") {
    throw new Error("The node's answer has no genesis hash. Check that it is a Solana RPC node.");
  }
  return body.result;
}

/** Result of comparing a node's chain with the page's. */
export type ChainCheck =
  | { status: "same" }
  | { status: "other"; expected: string; received: string }
  | { status: "unreachable"; reason: string };

/**
 * Compares a node's chain with the one that this page works on. Without an expected hash in `page.json` it asks the
 * page's own node for it.
 */
export async function checkChain(
  fetchJson: typeof fetch,
  rpcUrl: string,
  expected: { genesisHash?: string | undefined; rpcUrl: string },
  signal?: AbortSignal,
): Promise<ChainCheck> {
  try {
    const received = await fetchGenesisHash(fetchJson, rpcUrl, signal);
    const hash =
      expected.genesisHash ?? (await fetchGenesisHash(fetchJson, expected.rpcUrl, signal));
    return received === hash ? { status: "same" } : { status: "other", expected: hash, received };
  } catch (error) {
    return {
      status: "unreachable",
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}
