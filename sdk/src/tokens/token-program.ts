import type { PublicKey } from "@solana/web3.js";
import { addressKey } from "../codec/address-key";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "../constants";

const MAX_SEEN = 1_024;
const seen = new Map<string, PublicKey>();

/** Keeps in mind which token program the mint was seen to belong to. */
export function rememberTokenProgram(mint: PublicKey, tokenProgram: PublicKey): void {
  if (seen.size >= MAX_SEEN) seen.clear();
  seen.set(addressKey(mint), tokenProgram);
}

/**
 * Returns the token programs that the mint may belong to, before it is read: the one it belonged to before, otherwise
 * both. Only a guess, as a closed mint's address can be used again.
 */
export function likelyTokenPrograms(mint: PublicKey): readonly PublicKey[] {
  const known = seen.get(addressKey(mint));
  return known ? [known] : [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID];
}
