/** Wallet sessions, and the text that a wallet signs to begin one. Pure. */
import type { Mode } from "../caller/mode";

/** Seconds in which a challenge must be signed. */
export const CHALLENGE_SECS = 600;

/** Seconds that a session is valid. */
export const SESSION_SECS = 43_200;

/** A session of a wallet on one chain. */
export interface WalletSession {
  id: string;
  mode: Mode;
  /** Base58. */
  address: string;
  expiresAt: Date;
}

/** Content of a challenge's text: the signature is of no use anywhere else. */
export interface SignInSubject {
  publicUrl: string;
  mode: Mode;
  address: string;
  /** Random, and used once. */
  nonce: string;
  expiresAt: Date;
}

/**
 * Returns the text that a wallet signs to begin a session.
 * @example
 * signInText({ publicUrl, mode: "live", address, nonce, expiresAt });
 */
export const signInText = ({ publicUrl, mode, address, nonce, expiresAt }: SignInSubject): string =>
  [
    `Milepost gateway at ${publicUrl}`,
    "",
    `Sign in with this wallet (${mode} mode).`,
    "This signature sends no transaction and costs nothing.",
    "",
    `Wallet: ${address}`,
    `Challenge: ${nonce}`,
    `Expires: ${expiresAt.toISOString()}`,
  ].join("\n");
