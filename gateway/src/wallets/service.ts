/** Registers wallets of an account: the wallet itself signs a challenge that is good for one account, mode and gateway. */
import { randomBytes } from "node:crypto";
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { isAddress, requireSignedChallenge } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { newId } from "../ids/ids";
import type { ChallengeBody, RegisterWalletBody, WalletChallengeView } from "./schema";
import { insertChallenge, insertWallet, lockChallenge, readWallet, useChallenge } from "./store";
import { CHALLENGE_SECS, challengeText, type Wallet } from "./wallet";

/**
 * Creates a challenge for a wallet.
 * Throws `GatewayError` (`invalid_request`) for what is no address, and for the gateway's own keys.
 */
export async function createChallenge(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { address }: ChallengeBody,
): Promise<WalletChallengeView> {
  requireForeign(context, caller, address);
  const now = context.now();
  const expiresAt = new Date(now.getTime() + CHALLENGE_SECS * 1_000);
  const { accountId, mode } = caller;
  const nonce = randomBytes(24).toString("hex");
  const { publicUrl } = context;
  const message = challengeText({ publicUrl, accountId, mode, address, nonce, expiresAt });
  const id = newId("walletChallenge", now);
  await insertChallenge(transaction, caller, { id, address, message, expiresAt }, now);
  const expires = Math.floor(expiresAt.getTime() / 1_000);
  return { id, object: "wallet_challenge", address, message, expires };
}

function requireForeign(context: GatewayContext, { mode }: Caller, address: string): void {
  const refuse = (expected: string): never => {
    throw new GatewayError("invalid_request", `address: expected ${expected}`, {
      param: "address",
    });
  };
  if (!isAddress(address)) refuse("a Solana address (base58, 32 bytes)");
  const { sponsor, signer } = chainOf(context, mode);
  const own = [sponsor, signer].map(({ publicKey }) => publicKey.toBase58());
  if (own.includes(address)) refuse("one of your own wallets, received a key of the gateway");
}

/**
 * Takes the signed challenge and registers the wallet. A challenge counts once.
 * Throws `GatewayError`: `resource_missing`, `signature_verification_failed`, `conflict` for a challenge that was used.
 */
export async function registerWallet(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { challenge: id, signature, label }: RegisterWalletBody,
): Promise<Wallet> {
  const challenge = await lockChallenge(transaction, caller, id);
  if (!challenge) throw missing("wallet challenge", id);
  const now = context.now();
  requireSignedChallenge(challenge, signature, now);
  await useChallenge(transaction, id, now);
  const { address } = challenge;
  return insertWallet(transaction, caller, { address, label: label ?? null }, now);
}

/** Returns the caller's wallet. Throws `GatewayError` (`resource_missing`). */
export async function findWallet(
  database: Database,
  caller: Pick<Caller, "accountId" | "mode">,
  id: string,
): Promise<Wallet> {
  const wallet = await readWallet(database, caller, id);
  if (!wallet) throw missing("wallet", id);
  return wallet;
}
