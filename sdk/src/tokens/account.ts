import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { CachedPublicKey } from "../cached-public-key";
import { readTokenAccount, type TokenAccountFields } from "./account-layout";
import { isTokenProgram } from "./programs";

/** What matters about a token account here. Amounts are base units. */
export interface TokenAccountState extends TokenAccountFields<PublicKey> {
  /** Address of the token account. */
  address: PublicKey;
  /** Program that owns the account: SPL Token or Token-2022. */
  tokenProgram: PublicKey;
}

/**
 * Reads a token account of either token program; null when there is none at the address.
 * @example
 * parseTokenAccount(address, await connection.getAccountInfo(address))?.amount; // base units, a bigint
 */
export function parseTokenAccount(
  address: PublicKey,
  info: AccountInfo<Uint8Array> | null | undefined,
): TokenAccountState | null {
  if (!info || !isTokenProgram(info.owner)) return null;
  const fields = readTokenAccount(info.data, (bytes) => new CachedPublicKey(bytes));
  return fields && { address, tokenProgram: info.owner, ...fields };
}
