/** Signs wallets in, and sends requests with their sessions as the page does. */
import type { Keypair } from "@solana/web3.js";
import type { FastifyInstance, InjectOptions } from "fastify";
import { signText } from "./live-gateway";

/** JSON of an answer: a test asserts what is in it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** Answer to a request of a session. */
export interface SessionAnswer {
  status: number;
  body: Json;
  headers: Record<string, unknown>;
}

/** A wallet that is signed in. */
export interface SignedIn {
  wallet: Keypair;
  /** Body of the new session. */
  session: Json;
  /** `Cookie` header. */
  cookie: string;
  /** Headers of a write: cookie, token and origin. */
  headers: Record<string, string>;
  request(
    method: NonNullable<InjectOptions["method"]>,
    url: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<SessionAnswer>;
}

/** Begins a session over HTTP. `origin` is the gateway's public one. */
export async function signIn(
  app: FastifyInstance,
  wallet: Keypair,
  { mode, origin = "http://127.0.0.1:8080" }: { mode?: "test" | "live"; origin?: string } = {},
): Promise<SignedIn> {
  const address = wallet.publicKey.toBase58();
  const post = (url: string, payload: object) => app.inject({ method: "POST", url, payload });
  const challenge = (
    await post("/v1/wallet-sessions/challenges", { address, ...(mode ? { mode } : {}) })
  ).json();
  const begun = await post("/v1/wallet-sessions", {
    challenge: challenge.id,
    signature: signText(challenge.message, wallet),
  });
  if (begun.statusCode !== 201) throw new Error(begun.body);
  const session = begun.json();
  const [given] = begun.cookies;
  const cookie = `${given!.name}=${given!.value}`;
  const headers = { cookie, origin, "x-csrf-token": session.csrfToken as string };
  return {
    ...{ wallet, session, cookie, headers },
    async request(method, url, body, more = {}) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...headers, ...more },
        ...(body === undefined ? {} : { payload: body }),
      });
      return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
    },
  };
}
