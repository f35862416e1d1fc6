/** Begins and ends wallet sessions: a wallet signs a challenge that is good for one gateway and one chain, once. */
import { randomBytes } from "node:crypto";
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { isAddress, requireSignedChallenge } from "../chain";
import { readGatewayFacts } from "../chain/gateway-facts";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { newId } from "../ids/ids";
import { accountsOfWallet } from "./administrators";
import type {
  NewSessionBody,
  SessionChallengeBody,
  SessionChallengeView,
  WalletSessionView,
} from "./schema";
import { csrfTokenOf, hashSecret, isSecret, newSecret } from "./secret";
import { CHALLENGE_SECS, SESSION_SECS, signInText, type WalletSession } from "./session";
import {
  findSession,
  insertSession,
  insertSessionChallenge,
  lockSessionChallenge,
  useSessionChallenge,
} from "./store";

const toSeconds = (time: Date): number => Math.floor(time.getTime() / 1_000);

const wrong = (param: string, text: string): GatewayError =>
  new GatewayError("invalid_request", `${param}: ${text}`, { param });

/**
 * Creates the text that a wallet signs to begin a session.
 * Throws `GatewayError` (`invalid_request`) for a text that is not an address, and for a mode that this gateway does not serve.
 */
export async function createSessionChallenge(
  context: GatewayContext,
  { address, mode: asked }: SessionChallengeBody,
): Promise<SessionChallengeView> {
  if (!isAddress(address)) throw wrong("address", "expected a Solana address (base58, 32 bytes)");
  const mode = modeFor(context, asked);
  const { genesisHash } = context.chains[mode]!;
  const now = context.now();
  const expiresAt = new Date(now.getTime() + CHALLENGE_SECS * 1_000);
  const nonce = randomBytes(24).toString("hex");
  const message = signInText({ publicUrl: context.publicUrl, mode, address, nonce, expiresAt });
  const id = newId("sessionChallenge", now);
  const challenge = { id, address, message, expiresAt };
  await insertSessionChallenge(context.database, { mode, genesisHash }, challenge, now);
  const expires = toSeconds(expiresAt);
  return { id, object: "wallet_session_challenge", address, message, expires };
}

function modeFor({ chains }: GatewayContext, asked: Mode | undefined): Mode {
  const mode = asked ?? (chains.live ? "live" : "test");
  if (chains[mode]) return mode;
  throw wrong("mode", `expected ${Object.keys(chains).join(" or ")}, received ${mode}`);
}

/** A session that has begun, with the secret that only its cookie has. */
export interface BegunSession {
  session: WalletSession;
  secret: string;
}

/**
 * Takes a signed challenge and begins a session. A challenge counts once.
 * Throws `GatewayError`: `resource_missing`, `conflict` for a challenge that was used, `signature_verification_failed`.
 */
export async function beginSession(
  context: GatewayContext,
  transaction: Database,
  { challenge: id, signature }: NewSessionBody,
): Promise<BegunSession> {
  const challenge = await lockSessionChallenge(transaction, id);
  const isOfChain =
    challenge !== null && context.chains[challenge.mode]?.genesisHash === challenge.genesisHash;
  if (!isOfChain) throw missing("wallet session challenge", id);
  const now = context.now();
  requireSignedChallenge(challenge, signature, now);
  await useSessionChallenge(transaction, id, now);
  const { address, mode, genesisHash } = challenge;
  const secret = newSecret();
  const expiresAt = new Date(now.getTime() + SESSION_SECS * 1_000);
  const session = { id: newId("session", now), mode, address, expiresAt };
  const row = { ...session, genesisHash, secretHash: hashSecret(secret) };
  await insertSession(transaction, row, now);
  return { session, secret };
}

/** Returns the session of a cookie, or null: one that expired, or of a chain that was reset, looks the same as none. */
export async function sessionOfSecret(
  { database, chains, now }: Pick<GatewayContext, "database" | "chains" | "now">,
  secret: string,
): Promise<WalletSession | null> {
  if (!isSecret(secret)) return null;
  const session = await findSession(database, hashSecret(secret), now());
  if (session === null || chains[session.mode]?.genesisHash !== session.genesisHash) return null;
  return session;
}

/** Returns true for the wallet that is the authority of the gateway's account on chain. */
export async function isOperator(
  { chains, now }: Pick<GatewayContext, "chains" | "now">,
  { mode, address }: WalletSession,
): Promise<boolean> {
  const { authority } = await readGatewayFacts(chains[mode]!, now());
  return authority === address;
}

/** Returns a session as the API shows it. A chain that does not answer shows no operator. */
export async function showSession(
  context: GatewayContext,
  { session, secret }: BegunSession,
): Promise<WalletSessionView> {
  const { id, address, mode, expiresAt } = session;
  return {
    ...{ id, object: "wallet_session", address, mode },
    csrfToken: csrfTokenOf(secret),
    expires: toSeconds(expiresAt),
    isOperator: await isOperator(context, session).catch(() => false),
    accounts: await accountsOfWallet(context.database, address),
  };
}
