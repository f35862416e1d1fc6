/** Wallets of an account, and the text that proves whose they are. Pure. */
import type { Mode } from "../caller/mode";

/** Seconds in which a challenge must be signed. */
export const CHALLENGE_SECS = 600;

/** A wallet that an account has registered. */
export interface Wallet {
  id: string;
  /** Base58. */
  address: string;
  label: string | null;
  createdAt: Date;
}

/** What a challenge's text names: nobody can use the signature anywhere else. */
export interface ChallengeSubject {
  publicUrl: string;
  accountId: string;
  mode: Mode;
  address: string;
  /** Random, and used once. */
  nonce: string;
  expiresAt: Date;
}

/**
 * Returns the text that a wallet signs to be registered.
 * @example
 * challengeText({ publicUrl, accountId, mode: "live", address, nonce, expiresAt });
 */
export const challengeText = ({
  publicUrl,
  accountId,
  mode,
  address,
  nonce,
  expiresAt,
}: ChallengeSubject): string =>
  [
    `Milepost gateway at ${publicUrl}`,
    "",
    `Register this wallet with the account ${accountId} (${mode} mode).`,
    "This signature moves no money and sends no transaction.",
    "",
    `Wallet: ${address}`,
    `Challenge: ${nonce}`,
    `Expires: ${expiresAt.toISOString()}`,
  ].join("\n");
