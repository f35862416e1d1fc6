/** The page's connection to its gateway: client, session and reachability, tied together. */
import { createPageClient, type PageClient } from "./client";
import type { Explanation } from "./problem";
import { createReachability, type Reachability, type Timers } from "./reachability";
import {
  createSessionStore,
  type SessionApi,
  type SessionChallenge,
  type SessionStore,
  type TabChannel,
  type WalletSession,
} from "./session";
import { createTransport, sendJson, type Transport } from "./transport";
import { createWriteKeys } from "./write-keys";

/** A gateway as the screens use it. */
export interface Gateway {
  /** Origin of the gateway, which is the page's own. */
  baseUrl: string;
  client: PageClient;
  /** Sends requests that the API's document leaves out, through `json`. */
  transport: Transport;
  /** Sends a request whose answer is JSON, to a path of the gateway. Throws `GatewayProblem`. */
  json<Answer>(
    path: string,
    request?: { method?: string; body?: unknown; signal?: AbortSignal },
  ): Promise<Answer>;
  session: SessionStore;
  reachability: Reachability;
}

/** What a gateway needs of the browser. */
export interface GatewayOptions {
  baseUrl: string;
  fetch: (request: Request) => Promise<Response>;
  timers: Timers;
  channel: TabChannel;
  /** Returns a new Idempotency-Key. */
  newKey(): string;
  /** Returns a wallet's failure in words. */
  explainWallet(error: unknown): Explanation;
}

/** Creates the connection. Nothing is sent before the first request. */
export function createGateway(options: GatewayOptions): Gateway {
  const { baseUrl, fetch, timers, channel, newKey, explainWallet } = options;
  const reachability = createReachability({
    probe: () => fetch(new Request(`${baseUrl}/page.json`, { method: "HEAD", cache: "no-store" })),
    timers,
  });
  const transport = createTransport({
    baseUrl,
    fetch,
    keys: createWriteKeys(newKey),
    csrfToken: () => session.get().session?.csrfToken ?? null,
    onAnswer: () => reachability.noteUp(),
    onSilence: () => reachability.noteDown(),
    onSignedOut: () => session.noteEnded(),
    onDoubt: () => void session.check(),
  });
  const json: Gateway["json"] = (path, request) =>
    sendJson(transport, `${baseUrl}${path}`, request);
  const session = createSessionStore({ api: sessionApi(json), channel, explainWallet });
  const client = createPageClient(baseUrl, transport);
  return { baseUrl, client, transport, json, session, reachability };
}

const SESSIONS = "/v1/wallet-sessions";

function sessionApi(json: Gateway["json"]): SessionApi {
  return {
    current: () => json<WalletSession>(`${SESSIONS}/current`),
    challenge: (address) =>
      json<SessionChallenge>(`${SESSIONS}/challenges`, { method: "POST", body: { address } }),
    begin: (challenge, signature) =>
      json<WalletSession>(SESSIONS, { method: "POST", body: { challenge, signature } }),
    end: () => json(`${SESSIONS}/current`, { method: "DELETE" }),
  };
}
